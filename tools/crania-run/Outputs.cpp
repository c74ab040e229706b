// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Outputs.h"

#include "Report.h"

#include "crania/Support/Npy.h"

#include <cstring>

using namespace crania;
using namespace crania::run;

template <typename T>
static npy::Array arrayOf(npy::Type type, std::vector<uint64_t> shape,
                          const std::vector<T> &elements) {
  npy::Array array{type, std::move(shape), {}};
  array.data.resize(elements.size() * sizeof(T));
  if (!elements.empty())
    std::memcpy(array.data.data(), elements.data(), array.data.size());
  return array;
}

static std::string pathOf(const Options &options, const std::string &program,
                          const char *name) {
  return options.outputs + "/" + program + "." + name + ".npy";
}

Status run::openOutputs(const Options &options, OutputFiles &files) {
  const std::pair<const char *, const std::string &> inputs[] = {
      {"NET", options.binary},
      {"--images", options.images},
      {"--labels", options.labels}};
  for (const auto &[role, path] : inputs)
    files.addInput(role, path);
  const std::pair<const char *, const std::string &> outputs[] = {
      {"--report", options.report}, {"--trace", options.trace}};
  for (const auto &[role, path] : outputs)
    if (!path.empty())
      if (Status status = files.open(role, path); !status)
        return status;
  return {};
}

Status run::openProgramOutputs(const Options &options,
                               const binary::DeviceBinary &bundle,
                               size_t images, OutputFiles &files) {
  if (options.outputs.empty())
    return {};
  for (size_t i = 0; i < bundle.programCount(); ++i) {
    const binary::Program &program = bundle.program(i);
    const std::string name = program.name()->str();
    if (name.find('/') != std::string::npos)
      return Error{"program '" + name + "' has no name for a file: it has a /"};
    uint64_t classes = 1;
    for (uint64_t extent : *program.logits()->shape())
      classes *= extent;
    const std::pair<const char *, uint64_t> arrays[] = {
        {"predictions", sizeof(uint32_t)},
        {"exit_rounds", sizeof(uint32_t)},
        {"logits", classes * sizeof(float)}};
    for (const auto &[array, bytesPerImage] : arrays)
      if (Status status = files.open("--outputs", pathOf(options, name, array),
                                     images * bytesPerImage);
          !status)
        return status;
  }
  return {};
}

static Status writeText(const std::string &path, const std::string &text,
                        OutputFiles &files) {
  const auto *bytes = reinterpret_cast<const uint8_t *>(text.data());
  return files.write(path, {bytes, text.size()});
}

static Status writeTrace(const Options &options, const BundleRun &run,
                         OutputFiles &files) {
  Result<std::string> trace = traceOf(run);
  if (!trace)
    return trace.error();
  return writeText(options.trace, *trace, files);
}

static Status writeProgram(const Options &options, const ProgramRun &run,
                           OutputFiles &files) {
  const runtime::Evaluation &e = run.evaluation;
  const uint64_t images = e.prediction.size();
  const uint64_t classes = run.executable->logitElements();
  const std::pair<const char *, npy::Array> arrays[] = {
      {"predictions", arrayOf(npy::Type::u4, {images}, e.prediction)},
      {"exit_rounds", arrayOf(npy::Type::u4, {images}, e.exitRound)},
      {"logits", arrayOf(npy::Type::f4, {images, classes}, e.logits)}};
  for (const auto &[name, array] : arrays)
    if (Status status = files.write(pathOf(options, run.name(), name),
                                    npy::serialize(array));
        !status)
      return status;
  return {};
}

Status run::writeOutputs(const Options &options, const BundleRun &run,
                         OutputFiles &files) {
  if (!options.trace.empty())
    if (Status status = writeTrace(options, run, files); !status)
      return status;
  if (!options.outputs.empty())
    for (const ProgramRun &program : run.programs)
      if (Status status = writeProgram(options, program, files); !status)
        return status;
  if (!options.report.empty())
    if (Status status =
            writeText(options.report, reportOf(options, run), files);
        !status)
      return status;
  return files.commit();
}
