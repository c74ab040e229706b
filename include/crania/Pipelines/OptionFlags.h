// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_OPTIONFLAGS_H
#define CRANIA_PIPELINES_OPTIONFLAGS_H

#include "crania/Pipelines/OptionTable.h"
#include "llvm/Support/CommandLine.h"

#include <memory>

namespace crania {

/// A parser of any text. Help texts show a value of it only if it is described.
class TextParser : public llvm::cl::parser<std::string> {
public:
  explicit TextParser(llvm::cl::Option &option)
      : llvm::cl::parser<std::string>(option), option(option) {}
  llvm::StringRef getValueName() const override { return option.ValueStr; }

private:
  const llvm::cl::Option &option;
};

/// The options of a compilation on a command line. Each option of the tools is
/// registered with LLVM as long as this object lives.
class OptionFlags {
public:
  explicit OptionFlags(
      llvm::cl::OptionCategory &category,
      llvm::cl::SubCommand &command = llvm::cl::SubCommand::getTopLevel());
  ~OptionFlags();

  /// Returns true if the command line has the option.
  bool isGiven(llvm::StringRef name) const;

  /// Returns the options of the command line that LLVM has parsed. Fails on a
  /// text that is not a value of its option, with an error that begins with
  /// "--" and the name of the option.
  Result<CompileOptions> options() const;

private:
  class Flag;
  std::vector<std::unique_ptr<Flag>> flags;
};

} // namespace crania

#endif // CRANIA_PIPELINES_OPTIONFLAGS_H
