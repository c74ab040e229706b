// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The table of the options of a compilation. crania-compile, the C API of the
// compiler, crania-pipeline and the checks of options derive theirs from it.

#ifndef CRANIA_PIPELINES_OPTIONTABLE_H
#define CRANIA_PIPELINES_OPTIONTABLE_H

#include "crania/Pipelines/CompileOptions.h"
#include "crania/Support/Result.h"
#include "llvm/ADT/ArrayRef.h"

namespace crania {

/// A condition on each number of an option.
struct NumberRule {
  bool (*holds)(double number);
  /// The end of an error message, such as "must be above 0".
  const char *text;
};

/// A condition on other options, without which the option would be ignored.
struct OptionNeed {
  bool (*holds)(const CompileOptions &options);
  /// An error message that names other options as "--name".
  const char *text;
};

/// A row of the table.
struct CompileOption {
  enum class Form { flag, value, list };
  /// The interfaces that have the option. `tools` are crania-compile and the C
  /// API; `pipeline` is crania-pipeline.
  enum class Users { all, tools, pipeline };

  const char *name;
  /// The form of values in help texts. It is empty for an enum, whose names are
  /// the form, and for a flag.
  const char *values;
  /// The help text, which names other options as "--name".
  const char *help;
  /// Sets the option from a text. Fails if the text is not a value of the type
  /// of the option.
  Status (*set)(CompileOptions &options, llvm::StringRef text);
  /// Returns a text that sets the value that the option has.
  std::string (*get)(const CompileOptions &options);
  /// Returns the numbers of the option, or nothing if it is not numeric.
  std::vector<double> (*numbers)(const CompileOptions &options);
  /// Returns the names of the values of an enum, else nothing.
  std::vector<std::string> (*names)();
  Form form;
  Users users = Users::all;
  const NumberRule *rule = nullptr;
  /// Checks the value, or null.
  Status (*check)(const CompileOptions &options) = nullptr;
  const OptionNeed *need = nullptr;

  bool isInTools() const { return users != Users::pipeline; }
  bool isInPipeline() const { return users != Users::tools; }
  /// Returns true if the option has its default.
  bool isDefault(const CompileOptions &options) const;
};

/// Returns all options.
llvm::ArrayRef<CompileOption> compileOptionTable();

/// Returns the options of crania-compile and of the C API.
llvm::ArrayRef<CompileOption> toolOptions();

/// Returns the options of crania-pipeline.
llvm::ArrayRef<CompileOption> pipelineOptions();

/// Returns the option of that name, or null.
const CompileOption *findCompileOption(llvm::StringRef name);

/// Sets an option from a text. Fails, and leaves the options as they are, if
/// the text is not a value of the option. The error begins with the name of the
/// option, preceded by `dashes`.
Status setCompileOption(CompileOptions &options, const CompileOption &option,
                        llvm::StringRef text, llvm::StringRef dashes = "");

/// Sets an option of the tools by its name. Fails on an unknown name, too, with
/// an error that lists the names.
Status setCompileOption(CompileOptions &options, llvm::StringRef name,
                        llvm::StringRef text);

/// Replaces the "--" of each "--name" of a text of the table by `dashes`.
std::string spellOptions(llvm::StringRef text, llvm::StringRef dashes);

/// Returns the form of the values of an option, such as "f32|i16|i8".
std::string valuesOf(const CompileOption &option);

/// Returns the help text of an option, with its default. Other options are
/// spelled with `dashes`.
std::string helpOf(const CompileOption &option, llvm::StringRef dashes);

} // namespace crania

#endif // CRANIA_PIPELINES_OPTIONTABLE_H
