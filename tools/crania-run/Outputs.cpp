// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Outputs.h"

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

static Status writeProgram(const std::string &prefix, const ProgramRun &run) {
  const runtime::Evaluation &e = run.evaluation;
  const uint64_t images = e.prediction.size();
  const uint64_t classes = run.executable->logitElements();
  const std::pair<const char *, npy::Array> files[] = {
      {"predictions", arrayOf(npy::Type::u4, {images}, e.prediction)},
      {"exit_rounds", arrayOf(npy::Type::u4, {images}, e.exitRound)},
      {"logits", arrayOf(npy::Type::f4, {images, classes}, e.logits)}};
  for (const auto &[name, array] : files)
    if (Status status = npy::write(prefix + name + ".npy", array); !status)
      return status;
  return {};
}

Status run::writeOutputs(const std::string &folder, const BundleRun &run) {
  for (const ProgramRun &program : run.programs) {
    const std::string name = program.name();
    if (name.find('/') != std::string::npos)
      return Error{"program '" + name + "' has no name for a file: it has a /"};
    if (Status status = writeProgram(
            std::string(folder).append("/").append(name) + ".", program);
        !status)
      return status;
  }
  return {};
}
