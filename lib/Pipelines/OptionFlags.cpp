// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/OptionFlags.h"
#include "llvm/ADT/StringExtras.h"

using namespace crania;
namespace cl = llvm::cl;

/// The flag of one option. It keeps the texts that follow the flag.
class OptionFlags::Flag {
public:
  Flag(const CompileOption &option, cl::OptionCategory &category,
       cl::SubCommand &command)
      : option(option), help(helpOf(option, "--")), valueText(valuesOf(option)),
        texts(llvm::StringRef(option.name), cl::value_desc(valueText),
              cl::desc(help), cl::cat(category), cl::sub(command)) {
    if (option.form == CompileOption::Form::flag)
      texts.setValueExpectedFlag(cl::ValueOptional);
  }

  void unregister() { texts.removeArgument(); }
  const CompileOption &row() const { return option; }
  bool isGiven() const { return texts.getNumOccurrences() != 0; }
  /// Returns the text of the value. Repeated lists are joined; of other
  /// options, the last one counts, as usual for LLVM.
  std::string text() const {
    return option.form == CompileOption::Form::list ? llvm::join(texts, ",")
                                                    : texts[texts.size() - 1];
  }

private:
  const CompileOption &option;
  std::string help, valueText;
  cl::list<std::string, bool, TextParser> texts;
};

OptionFlags::OptionFlags(cl::OptionCategory &category,
                         cl::SubCommand &command) {
  for (const CompileOption &option : toolOptions())
    flags.push_back(std::make_unique<Flag>(option, category, command));
}

OptionFlags::~OptionFlags() {
  for (const std::unique_ptr<Flag> &flag : flags)
    flag->unregister();
}

bool OptionFlags::isGiven(llvm::StringRef name) const {
  for (const std::unique_ptr<Flag> &flag : flags)
    if (name == flag->row().name)
      return flag->isGiven();
  return false;
}

Result<CompileOptions> OptionFlags::options() const {
  CompileOptions options;
  for (const std::unique_ptr<Flag> &flag : flags)
    if (flag->isGiven())
      if (Status status =
              setCompileOption(options, flag->row(), flag->text(), "--");
          !status)
        return status.error();
  return options;
}
