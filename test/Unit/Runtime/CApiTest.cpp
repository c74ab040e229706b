// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TinyBinary.h"

#include "crania-c/Runtime.h"

#include <nlohmann/json.hpp>

#include <thread>

using namespace crania;
using namespace crania::test;

namespace {

void keep(const char *message, void *text) {
  *static_cast<std::string *>(text) = message;
}

/// A bundle and a session of its default program.
struct TinySession {
  TinySession() {
    const std::vector<uint8_t> bytes = tinyBytes();
    bundle = craniaRuntimeBundleLoad(bytes.data(), bytes.size(), keep, &error);
    session = craniaRuntimeSessionCreate(
        bundle, craniaRuntimeBundleGetDefaultProgram(bundle), keep, &error);
  }
  ~TinySession() {
    craniaRuntimeSessionDestroy(session);
    craniaRuntimeBundleDestroy(bundle);
  }
  uint64_t submit(const std::array<float, 4> &input) {
    return craniaRuntimeSessionSubmit(session, input.data(), input.size(), keep,
                                      &error);
  }

  std::string error;
  CraniaRuntimeBundle bundle;
  CraniaRuntimeSession session;
};

} // namespace

extern "C" uint32_t versionSeenFromC(void);

TEST(CApi, VersionIsThatOfTheHeader) {
  EXPECT_EQ(versionSeenFromC(), CRANIA_RUNTIME_VERSION);
  EXPECT_EQ(craniaRuntimeGetVersion(), CRANIA_RUNTIME_VERSION);
}

TEST(CApi, SubmitRunPoll) {
  TinySession t;
  ASSERT_EQ(t.error, "");
  EXPECT_EQ(craniaRuntimeBundleGetProgramCount(t.bundle), 1u);
  EXPECT_STREQ(craniaRuntimeBundleGetProgramName(t.bundle, 0), "crania");
  EXPECT_EQ(craniaRuntimeBundleGetProgramName(t.bundle, 1), nullptr);
  EXPECT_EQ(craniaRuntimeSessionGetInputElements(t.session), 4u);
  EXPECT_EQ(craniaRuntimeSessionGetLogitElements(t.session), 3u);
  EXPECT_EQ(craniaRuntimeSessionGetRounds(t.session), 2u);

  const uint64_t ticket = t.submit(hardInput);
  ASSERT_NE(ticket, 0u);
  std::vector<float> logits(3);
  EXPECT_EQ(craniaRuntimeSessionPoll(t.session, ticket, logits.data(), 3, keep,
                                     &t.error),
            0);
  EXPECT_EQ(craniaRuntimeSessionStep(t.session, keep, &t.error), 1);
  EXPECT_EQ(craniaRuntimeSessionRun(t.session, keep, &t.error), 0);
  EXPECT_EQ(craniaRuntimeSessionStep(t.session, keep, &t.error), 0);
  EXPECT_EQ(craniaRuntimeSessionPoll(t.session, ticket, logits.data(), 3, keep,
                                     &t.error),
            2);
  EXPECT_EQ(logits, logitsOf(hardInput, 2));
  EXPECT_EQ(t.error, "");
  const auto report =
      nlohmann::json::parse(craniaRuntimeSessionReport(t.session));
  EXPECT_EQ(report["mean_rounds"], 2.0);
  EXPECT_EQ(report["precision"], "f32");
  EXPECT_GT(report["area"]["overhead_percent"], 0.0);
}

TEST(CApi, SweepsShareTheMachine) {
  TinySession t;
  EXPECT_EQ(craniaRuntimeSessionSetSweep(t.session, 0, 0, keep, &t.error), -1);
  EXPECT_NE(t.error.find("1 to 4096"), std::string::npos) << t.error;
  EXPECT_EQ(craniaRuntimeSessionSetSweep(t.session, 2, -1, keep, &t.error), -1);
  t.error.clear();
  ASSERT_EQ(craniaRuntimeSessionSetSweep(t.session, 2, 5, keep, &t.error), 0);
  for (double arrival : {0.0, 1.0, 1000.0})
    EXPECT_NE(craniaRuntimeSessionSubmitAt(t.session, hardInput.data(), 4,
                                           arrival, keep, &t.error),
              0u);
  EXPECT_EQ(t.error, "");
  EXPECT_EQ(craniaRuntimeSessionSubmitAt(t.session, hardInput.data(), 4, 999,
                                         keep, &t.error),
            0u);
  EXPECT_EQ(craniaRuntimeSessionSetSweep(t.session, 3, 0, keep, &t.error), -1);
  EXPECT_EQ(craniaRuntimeSessionRun(t.session, keep, &t.error), 0);
  const auto report =
      nlohmann::json::parse(craniaRuntimeSessionReport(t.session));
  EXPECT_EQ(report["sweep"]["inputs"], 2);
  EXPECT_EQ(report["sweep"]["sweeps"], 4);
  EXPECT_EQ(report["sweep"]["partial"], 2);
  EXPECT_GT(report["sweep"]["idle_cycles"], 0.0);
}

TEST(CApi, SaysWhatIsWrong) {
  std::string error;
  std::vector<uint8_t> bytes = tinyBytes();
  bytes.back() ^= 1;
  EXPECT_EQ(craniaRuntimeBundleLoad(bytes.data(), bytes.size(), keep, &error),
            nullptr);
  EXPECT_NE(error.find("checksum"), std::string::npos) << error;
  error.clear();
  EXPECT_EQ(craniaRuntimeBundleLoadFile("/nonexistent/x", keep, &error),
            nullptr);
  EXPECT_NE(error.find("/nonexistent/x"), std::string::npos) << error;
  EXPECT_EQ(craniaRuntimeBundleLoadFile("/nonexistent/x", nullptr, nullptr),
            nullptr);

  TinySession t;
  EXPECT_EQ(craniaRuntimeSessionCreate(t.bundle, 7, keep, &t.error), nullptr);
  EXPECT_NE(t.error.find("program 7"), std::string::npos) << t.error;
  float input[3] = {}, logits[3];
  EXPECT_EQ(craniaRuntimeSessionSubmit(t.session, input, 3, keep, &t.error),
            0u);
  EXPECT_NE(t.error.find("3 elements"), std::string::npos) << t.error;
  EXPECT_EQ(craniaRuntimeSessionPoll(t.session, 99, logits, 3, keep, &t.error),
            -1);
  EXPECT_NE(t.error.find("99"), std::string::npos) << t.error;
  const uint64_t ticket = t.submit(easyInput);
  EXPECT_EQ(
      craniaRuntimeSessionPoll(t.session, ticket, logits, 2, keep, &t.error),
      -1);
  EXPECT_NE(t.error.find("2 logits"), std::string::npos) << t.error;
}

TEST(CApi, DestroyIgnoresNull) {
  craniaRuntimeBundleDestroy(nullptr);
  craniaRuntimeSessionDestroy(nullptr);
}

TEST(CApi, InferFromManyThreads) {
  const std::vector<uint8_t> bytes = tinyBytes();
  std::vector<std::thread> threads;
  std::vector<int64_t> exits(8);
  std::vector<std::vector<float>> logits(8, std::vector<float>(3));
  for (size_t i = 0; i < exits.size(); ++i)
    threads.emplace_back([&, i] {
      const auto &input = i % 2 ? easyInput : hardInput;
      exits[i] = craniaRuntimeInfer(bytes.data(), bytes.size(), input.data(), 4,
                                    logits[i].data(), 3);
    });
  for (std::thread &thread : threads)
    thread.join();
  for (size_t i = 0; i < exits.size(); ++i) {
    EXPECT_EQ(exits[i], i % 2 ? 1 : 2);
    EXPECT_EQ(logits[i],
              i % 2 ? logitsOf(easyInput, 1) : logitsOf(hardInput, 2));
  }
}

TEST(CApi, InferSeesThatTheBinaryChanged) {
  std::vector<uint8_t> bytes = tinyBytes(0.9);
  std::vector<float> logits(3);
  auto infer = [&] {
    return craniaRuntimeInfer(bytes.data(), bytes.size(), easyInput.data(), 4,
                              logits.data(), 3);
  };
  EXPECT_EQ(infer(), 1);
  const std::vector<uint8_t> strict = tinyBytes(1.0);
  ASSERT_EQ(strict.size(), bytes.size());
  std::copy(strict.begin(), strict.end(), bytes.begin()); // same address
  EXPECT_EQ(infer(), 2);
}

TEST(CApi, InferPrintsErrors) {
  std::vector<uint8_t> bytes = tinyBytes();
  float logits[3];
  testing::internal::CaptureStderr();
  EXPECT_EQ(craniaRuntimeInfer(bytes.data(), bytes.size(), easyInput.data(), 3,
                               logits, 3),
            -1);
  EXPECT_EQ(craniaRuntimeInfer(bytes.data(), bytes.size(), easyInput.data(), 4,
                               logits, 2),
            -1);
  EXPECT_EQ(
      craniaRuntimeInfer(bytes.data(), 10, easyInput.data(), 4, logits, 3), -1);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("3 elements"), std::string::npos) << text;
  EXPECT_NE(text.find("2 logits"), std::string::npos) << text;
}
