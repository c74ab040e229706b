// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CompileOption.h"
#include "crania/Support/Spelling.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace crania;

namespace {

Status parse(llvm::StringRef text, std::string &value) {
  value = text.str();
  return {};
}

Status parse(llvm::StringRef text, double &value) {
  if (!text.trim().getAsDouble(value))
    return {};
  return Error{"'" + text.str() + "' is not a number"};
}

Status parse(llvm::StringRef text, uint64_t &value) {
  if (!text.trim().getAsInteger(10, value))
    return {};
  return Error{"'" + text.str() + "' is not a count"};
}

Status parse(llvm::StringRef text, std::optional<uint64_t> &value) {
  return parse(text, value.emplace());
}

Status parse(llvm::StringRef text, bool &value) {
  value = text == "true" || text == "1" || text.empty();
  if (value || text == "false" || text == "0")
    return {};
  return Error{"'" + text.str() + "' is neither true nor false"};
}

Status parse(llvm::StringRef text, std::vector<double> &values) {
  values.clear();
  for (llvm::StringRef part : llvm::split(text, ','))
    if (Status status = parse(part, values.emplace_back()); !status)
      return status;
  return {};
}

Status parse(llvm::StringRef text, std::vector<std::string> &values) {
  values.clear();
  for (llvm::StringRef part : llvm::split(text, ','))
    values.push_back(part.str());
  return {};
}

using Calibration = CompileOptions::Calibration;
using Clustering = CompileOptions::Clustering;

template <auto member>
Status set(CompileOptions &options, llvm::StringRef value) {
  return parse(value, options.*member);
}

template <auto member>
Status setCalibration(CompileOptions &options, llvm::StringRef value) {
  return parse(value, options.calibration.*member);
}

template <auto member>
Status setClustering(CompileOptions &options, llvm::StringRef value) {
  return parse(value, options.clustering.*member);
}

} // namespace

llvm::ArrayRef<CompileOption> crania::compileOptions() {
  static constexpr CompileOption options[] = {
      {"baselines", set<&CompileOptions::baselines>},
      {"calibrate", setCalibration<&Calibration::images>},
      {"calibrate-limit", setCalibration<&Calibration::limit>},
      {"calibrate-rule", setCalibration<&Calibration::rule>},
      {"cluster-limit", setClustering<&Clustering::limit>},
      {"clusters", set<&CompileOptions::clusters>},
      {"exit", set<&CompileOptions::exit>},
      {"exit-histogram", set<&CompileOptions::exitHistogram>},
      {"first-layer", set<&CompileOptions::firstLayer>},
      {"function", set<&CompileOptions::function>},
      {"input-channels", setCalibration<&Calibration::channels>},
      {"input-layout", setCalibration<&Calibration::layout>},
      {"input-mean", setCalibration<&Calibration::mean>},
      {"input-scale", setCalibration<&Calibration::scale>},
      {"input-std", setCalibration<&Calibration::deviation>},
      {"last-layer", set<&CompileOptions::lastLayer>},
      {"metric", setClustering<&Clustering::metric>},
      {"network-layout", set<&CompileOptions::networkLayout>},
      {"precision", set<&CompileOptions::precision>},
      {"scheme", setClustering<&Clustering::scheme>},
      {"scope", setClustering<&Clustering::scope>},
      {"share-weights", set<&CompileOptions::sharedWords>},
      {"steps", setClustering<&Clustering::steps>},
      {"target", set<&CompileOptions::target>},
      {"whole", setClustering<&Clustering::whole>},
  };
  return options;
}

Status crania::setCompileOption(CompileOptions &options, llvm::StringRef name,
                                llvm::StringRef value) {
  for (const CompileOption &option : compileOptions()) {
    if (name != option.name)
      continue;
    // An option that is refused stays what it was.
    CompileOptions changed = options;
    Status status = option.set(changed, value);
    if (!status)
      return Error{name.str() + ": " + status.error().message};
    options = std::move(changed);
    return {};
  }
  std::vector<std::string> names;
  for (const CompileOption &option : compileOptions())
    names.push_back(option.name);
  return Error{"there is no option '" + name.str() + "'; there are " +
               joinNames(names)};
}
