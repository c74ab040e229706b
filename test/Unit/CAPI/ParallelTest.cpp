// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of several compilations at once in one process. The build with
// ThreadSanitizer (utils/build.sh --preset=thread) reports anything that they
// share.

#include "crania-c/Compiler.h"
#include "crania-c/Runtime.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int threadCount = 8;

std::string readDigits() {
  const char *examples = std::getenv("CRANIA_EXAMPLES");
  std::ifstream file(std::string(examples ? examples : "examples") +
                         "/digits/digits.onnx",
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void collect(CraniaCompilerSeverity, const char *message, void *userData) {
  *static_cast<std::string *>(userData) += message;
}

/// Returns the clusters of a thread. Each thread has other ones, so that
/// mixed-up options show.
std::string clustersOf(int thread) {
  return thread == 0 ? "1" : "equal:" + std::to_string(thread + 1);
}

std::string toString(CraniaCompilerOutput output) {
  if (!output)
    return {};
  std::string bytes(
      static_cast<const char *>(craniaCompilerOutputGetData(output)),
      craniaCompilerOutputGetSize(output));
  craniaCompilerOutputDestroy(output);
  return bytes;
}

/// A device binary, its module as text, its logits for one input, and the
/// errors of a compilation that must fail.
struct Results {
  std::string binary, module, errors;
  std::vector<float> logits;
  bool operator==(const Results &other) const {
    return binary == other.binary && module == other.module &&
           errors == other.errors && logits == other.logits;
  }
};

Results compile(const std::string &model, int thread) {
  Results results;
  std::string diagnostics;
  CraniaCompilerSession session =
      craniaCompilerSessionCreate(collect, &diagnostics);
  const std::string clusters = clustersOf(thread);
  craniaCompilerSessionSetOption(session, "clusters", clusters.c_str());
  results.binary = toString(craniaCompilerSessionCompile(
      session, model.data(), model.size(), "digits.onnx"));
  const std::string pipeline =
      "crania-pipeline{clusters=" + clusters + "},canonicalize";
  results.module = toString(craniaCompilerSessionRunPasses(
      session, model.data(), model.size(), "digits.onnx", pipeline.c_str(), 0));
  EXPECT_EQ(diagnostics, "");
  craniaCompilerSessionSetOption(session, "clusters", "0.5,0.6");
  EXPECT_EQ(craniaCompilerSessionCompile(session, model.data(), model.size(),
                                         "digits.onnx"),
            nullptr);
  results.errors = diagnostics;
  craniaCompilerSessionDestroy(session);

  results.logits.resize(10);
  const std::vector<float> input(64, 0.25f * float(thread));
  EXPECT_GT(craniaRuntimeInfer(results.binary.data(), results.binary.size(),
                               input.data(), input.size(),
                               results.logits.data(), results.logits.size()),
            0);
  return results;
}

TEST(ParallelTest, EightSessionsGiveWhatOneAfterTheOtherGives) {
  const std::string model = readDigits();
  ASSERT_FALSE(model.empty());
  std::vector<Results> parallel(threadCount), serial(threadCount);
  std::vector<std::thread> threads;
  for (int i = 0; i < threadCount; ++i)
    threads.emplace_back([&, i] { parallel[i] = compile(model, i); });
  for (std::thread &thread : threads)
    thread.join();
  for (int i = 0; i < threadCount; ++i)
    serial[i] = compile(model, i);
  for (int i = 0; i < threadCount; ++i) {
    EXPECT_FALSE(serial[i].binary.empty());
    EXPECT_FALSE(serial[i].module.empty());
    EXPECT_FALSE(serial[i].errors.empty());
    EXPECT_TRUE(parallel[i] == serial[i]) << "thread " << i;
    EXPECT_TRUE(i == 0 || parallel[i].binary != parallel[i - 1].binary);
  }
}

} // namespace
