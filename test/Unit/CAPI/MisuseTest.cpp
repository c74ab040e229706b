// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What callers of the C API get wrong: errors, each with a reason.

#include "crania-c/Compiler.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace {

class Misuse : public testing::Test {
protected:
  ~Misuse() override { craniaCompilerSessionDestroy(session); }

  static void collect(CraniaCompilerSeverity severity, const char *message,
                      void *userData) {
    if (severity == CRANIA_COMPILER_ERROR)
      *static_cast<std::string *>(userData) += message;
  }

  std::string errorOf(CraniaCompilerOutput output) {
    EXPECT_EQ(output, nullptr);
    craniaCompilerOutputDestroy(output);
    return std::exchange(errors, "");
  }
  std::string compile(const std::string &bytes, const char *name) {
    return errorOf(craniaCompilerSessionCompile(session, bytes.data(),
                                                bytes.size(), name));
  }

  std::string errors;
  CraniaCompilerSession session = craniaCompilerSessionCreate(collect, &errors);
};

std::string digits() {
  const char *examples = std::getenv("CRANIA_EXAMPLES");
  std::ifstream file(std::string(examples ? examples : "examples") +
                         "/digits/digits.onnx",
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(Misuse, BytesThatAreNoNetwork) {
  EXPECT_NE(compile("", "net.onnx"), "");
  EXPECT_NE(compile("", "net.mlir"), "");
  EXPECT_NE(compile("garbage", "net.mlir").find("net.mlir:1:1"),
            std::string::npos);
  EXPECT_NE(compile("garbage", nullptr).find("network"), std::string::npos);
  EXPECT_NE(compile("ML\xefR garbage", "net.mlirbc"), "");
  EXPECT_NE(errorOf(craniaCompilerSessionCompile(session, nullptr, 7, "x")),
            "");
}

TEST_F(Misuse, OptionsThatMeanNothing) {
  ASSERT_FALSE(digits().empty());
  const std::vector<std::pair<const char *, const char *>> options{
      {"scheme", "magic"},
      {"scheme", "residual"},
      {"scope", "everywhere"},
      {"clusters", "2,3"},
      {"exit", "luck:0.5"},
      {"target", "nowhere"},
      {"precision", "i3"},
      {"share-weights", "9999"},
      {"function", "nobody"},
      {"metric", "foo"},
      {"whole", "middle"},
      {"input-layout", "x"},
      {"input-channels", "cmyk"},
      {"steps", "0"},
      {"calibrate-rule", "luck"},
      {"share-weights", "4294967297"},
      // Known, but about what is not asked for.
      {"metric", "activation"},
      {"whole", "first"},
      {"input-layout", "nchw"},
      {"steps", "0.5"}};
  for (auto [name, value] : options) {
    CraniaCompilerSession fresh = craniaCompilerSessionCreate(collect, &errors);
    ASSERT_EQ(craniaCompilerSessionSetOption(fresh, name, value), 0) << name;
    const std::string bytes = digits();
    EXPECT_NE(errorOf(craniaCompilerSessionCompile(fresh, bytes.data(),
                                                   bytes.size(), "net.onnx")),
              "")
        << name << "=" << value;
    craniaCompilerSessionDestroy(fresh);
  }
  EXPECT_EQ(craniaCompilerSessionSetOption(session, nullptr, nullptr), -1);
  EXPECT_NE(errors.find("there is no option"), std::string::npos);
}

TEST_F(Misuse, ResourcesThatCannotBeAllocated) {
  auto run = [&](const char *alignment) {
    const std::string text =
        "%w = arith.constant dense_resource<w> : tensor<1xf32>\n"
        "{-# dialect_resources: {builtin: {w: \"0x" +
        std::string(alignment) + "0000803F\"}} #-}\n";
    return craniaCompilerSessionRunPasses(session, text.data(), text.size(),
                                          "net.mlir", nullptr, 0);
  };
  for (const char *alignment : {"00000000", "00000080", "03000000"})
    EXPECT_NE(errorOf(run(alignment)).find("'w'"), std::string::npos)
        << alignment;
  CraniaCompilerOutput output = run("04000000");
  ASSERT_NE(output, nullptr);
  craniaCompilerOutputDestroy(output);
}

TEST_F(Misuse, PipelinesThatDoNotParse) {
  const std::string bytes = "module {}";
  auto run = [&](const char *pipeline) {
    return craniaCompilerSessionRunPasses(session, bytes.data(), bytes.size(),
                                          "net.mlir", pipeline, 0);
  };
  EXPECT_NE(errorOf(run("crania-pipeline{")), "");
  EXPECT_NE(errorOf(run("crania-pipeline{colour=red}")), "");
  CraniaCompilerOutput output = run(nullptr);
  ASSERT_NE(output, nullptr);
  EXPECT_GT(craniaCompilerOutputGetSize(output), 0u);
  craniaCompilerOutputDestroy(output);
  EXPECT_EQ(craniaCompilerGetOptionName(craniaCompilerGetOptionCount()),
            nullptr);
}

} // namespace
