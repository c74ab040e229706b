// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Wrong calls of the C API are errors, each with a reason.

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
      // A known option that has no effect on this request.
      {"metric", "activation"},
      {"whole", "first"},
      {"input-layout", "nchw"},
      {"steps", "0.5"}};
  for (auto [name, value] : options) {
    CraniaCompilerSession fresh = craniaCompilerSessionCreate(collect, &errors);
    // A value of the wrong type is refused at once, others by the compiler.
    if (craniaCompilerSessionSetOption(fresh, name, value) == 0) {
      const std::string bytes = digits();
      craniaCompilerOutputDestroy(craniaCompilerSessionCompile(
          fresh, bytes.data(), bytes.size(), "net.onnx"));
    }
    EXPECT_NE(std::exchange(errors, "").find(name), std::string::npos)
        << name << "=" << value;
    craniaCompilerSessionDestroy(fresh);
  }
  EXPECT_EQ(craniaCompilerSessionSetOption(session, nullptr, nullptr), -1);
  EXPECT_NE(errors.find("there is no option"), std::string::npos);
}

TEST_F(Misuse, NumbersThatMeanNothing) {
  using Options = std::vector<std::pair<std::string, std::string>>;
  struct Case {
    const char *name;
    std::vector<const char *> refused;
    const char *taken;
  };
  const std::vector<Case> plain{
      {"clusters", {"0", "-1", "nan", "inf", "", "x", "equal:0"}, ".5,.5"},
      {"exit",
       {"margin:nan", "margin:-inf", "margin:", "margin:x"},
       "margin:.5"},
      {"exit-histogram",
       {"nan,0,0,1", "inf,0,0,1", "-1,0,1,1", "x"},
       "0,0,0,1"},
      {"share-weights", {"0", "-1", "257", "0.5", "nan", "", "1x"}, "16"}};
  const std::vector<Case> aboutImages{
      {"input-scale", {"nan", "inf", "-inf", "0", "", "x", "1x"}, "0.5"},
      {"input-mean", {"nan", "inf", "-inf", "x", "1 2"}, "-0.5"},
      {"input-std", {"nan", "inf", "-inf", "0", "x", "1 2"}, "2"},
      {"calibrate-limit", {"-1", "0", "0.5", "nan", "", "x"}, "2"}};
  const std::vector<Case> aboutClusters{
      {"steps", {"0", "-1", "nan", "inf", "", "x", "1,1", "1,"}, "2,1"},
      {"cluster-limit", {"-1", "0.5", "nan", "inf", "", "x", "1x"}, "2"},
      {"calibrate-rule",
       {"percentile:0", "percentile:-1", "percentile:101", "percentile:nan",
        "percentile:", "percentile:x", "", "max:1"},
       "percentile:99"}};
  const std::string bytes = digits();
  ASSERT_FALSE(bytes.empty());
  auto errorWith = [&](Options options) {
    CraniaCompilerSession fresh = craniaCompilerSessionCreate(collect, &errors);
    bool isSet = true;
    for (const auto &[name, value] : options)
      isSet = isSet && craniaCompilerSessionSetOption(fresh, name.c_str(),
                                                      value.c_str()) == 0;
    if (isSet)
      craniaCompilerOutputDestroy(craniaCompilerSessionCompile(
          fresh, bytes.data(), bytes.size(), "net.onnx"));
    craniaCompilerSessionDestroy(fresh);
    return std::exchange(errors, "");
  };
  auto check = [&](const std::vector<Case> &cases, const Options &base) {
    for (const Case &one : cases) {
      Options options = base;
      options.emplace_back(one.name, one.taken);
      EXPECT_EQ(errorWith(options), "") << one.name;
      for (const char *value : one.refused) {
        options.back().second = value;
        EXPECT_NE(errorWith(options).find(one.name), std::string::npos)
            << one.name << "=" << value;
      }
    }
  };
  check(plain, {});
  const char *examples = std::getenv("CRANIA_EXAMPLES");
  Options images{{"precision", "i8"},
                 {"calibrate", std::string(examples ? examples : "examples") +
                                   "/digits/test_x_u8.npy"}};
  check(aboutImages, images);
  images.insert(images.end(), {{"scheme", "residual"},
                               {"calibrate-limit", "2"},
                               {"cluster-limit", "2"}});
  check(aboutClusters, images);
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
  const std::vector<std::vector<const char *>> misfits{
      {"crania-pipeline{hue=red}", "no such option hue"},
      {"crania-pipeline{input-scale=x}", "input-scale", "'x'"},
      {"crania-pipeline{input-mean=1,y}", "input-mean", "'y'"},
      {"crania-pipeline{retain=maybe}", "retain", "'maybe'"},
      {"crania-reference-pipeline{hue=red}", "hue=red"},
      {"crania-calibrate{hue=red}", "no such option hue"},
      {"crania-calibrate{limit=-1}", "limit", "'-1'"},
      {"builtin.module(func.func(canonicalize{max-iterations=1.5}))",
       "max-iterations", "'1.5'"},
      {"convert-vector-to-llvm{vector-contract-lowering=x}",
       "vector-contract-lowering", "'x'"},
      {"no-such-pass", "no-such-pass"}};
  for (const std::vector<const char *> &misfit : misfits) {
    testing::internal::CaptureStderr();
    const std::string error = errorOf(run(misfit.front()));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << misfit.front();
    for (size_t i = 1; i < misfit.size(); ++i)
      EXPECT_NE(error.find(misfit[i]), std::string::npos)
          << misfit.front() << ": " << error;
    EXPECT_NE(error.find("crania-opt --help"), std::string::npos)
        << misfit.front() << ": " << error;
  }
  CraniaCompilerOutput output = run(nullptr);
  ASSERT_NE(output, nullptr);
  EXPECT_GT(craniaCompilerOutputGetSize(output), 0u);
  craniaCompilerOutputDestroy(output);
  EXPECT_EQ(craniaCompilerGetOptionName(craniaCompilerGetOptionCount()),
            nullptr);
}

} // namespace
