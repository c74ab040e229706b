// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TinyBinary.h"

#include "crania/Report/Report.h"
#include "crania/Report/TrafficBounds.h"
#include "crania/Runtime/Session.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

using namespace crania;
using namespace crania::runtime;
using namespace crania::test;

TEST(Session, InputsExitWhenTheyAreSure) {
  Session session(loadTiny());
  auto easy = session.submit(vectorOf(easyInput));
  auto hard = session.submit(vectorOf(hardInput));
  ASSERT_TRUE(easy && hard);
  EXPECT_EQ(session.inFlight(), 2u);
  ASSERT_TRUE(session.run());
  EXPECT_EQ(session.inFlight(), 0u);

  auto easyAnswer = session.poll(*easy), hardAnswer = session.poll(*hard);
  ASSERT_TRUE(easyAnswer && *easyAnswer && hardAnswer && *hardAnswer);
  EXPECT_EQ((*easyAnswer)->exitRound, 1u);
  EXPECT_EQ((*easyAnswer)->logits, logitsOf(easyInput, 1));
  EXPECT_EQ((*hardAnswer)->exitRound, 2u);
  EXPECT_EQ((*hardAnswer)->logits, logitsOf(hardInput, 2));
}

TEST(Session, FinishesWhatHasBegunFirst) {
  Session session(loadTiny());
  auto first = session.submit(vectorOf(hardInput));
  auto second = session.submit(vectorOf(easyInput));
  ASSERT_TRUE(*session.step()); // round 1 of the first
  EXPECT_FALSE(*session.poll(*first));
  ASSERT_TRUE(*session.step()); // round 2 of the first
  EXPECT_FALSE(*session.poll(*second));
  EXPECT_TRUE(*session.poll(*first));
  ASSERT_TRUE(*session.step());
  EXPECT_TRUE(*session.poll(*second));
  EXPECT_FALSE(*session.step());
}

TEST(Session, AnswersOnce) {
  Session session(loadTiny());
  auto ticket = session.submit(vectorOf(easyInput));
  ASSERT_TRUE(session.run());
  EXPECT_TRUE(*session.poll(*ticket));
  EXPECT_FALSE(session.poll(*ticket));
  EXPECT_FALSE(session.poll(12345));
}

TEST(Session, RefusesAnInputThatIsNotFinite) {
  Session session(loadTiny());
  for (float bad : {std::nanf(""), std::numeric_limits<float>::infinity(),
                    -std::numeric_limits<float>::infinity()}) {
    std::vector<float> input = vectorOf(easyInput);
    input[2] = bad;
    auto ticket = session.submit(input);
    ASSERT_FALSE(ticket);
    EXPECT_NE(ticket.error().message.find("element 2 of the input is"),
              std::string::npos);
    EXPECT_FALSE(session.submit(input, 7));
  }
  EXPECT_EQ(session.inFlight(), 0u);
}

TEST(Session, RefusesAnInputOfAnotherSize) {
  Session session(loadTiny());
  auto ticket = session.submit(std::vector<float>(5));
  ASSERT_FALSE(ticket);
  EXPECT_NE(ticket.error().message.find("5 elements"), std::string::npos);
  EXPECT_NE(ticket.error().message.find("takes 4"), std::string::npos);
}

TEST(Session, PerformanceAddsUp) {
  auto executable = loadTiny();
  Session session(executable);
  for (const auto &input : {easyInput, hardInput, hardInput, easyInput})
    ASSERT_TRUE(session.submit(vectorOf(input)));
  ASSERT_TRUE(session.run());
  const Performance p = session.performance();
  EXPECT_EQ(p.inputs, 4u);
  EXPECT_EQ(p.exits, (std::vector<uint64_t>{2, 2}));
  EXPECT_EQ(p.meanRounds(), 1.5);
  simulator::Counts byRound, byLabel;
  for (const auto &counts : p.byRound)
    byRound += counts;
  for (const auto &counts : p.byLabel)
    byLabel += counts;
  EXPECT_TRUE(byRound == p.total);
  EXPECT_TRUE(byLabel == p.total);
  // The streamed cluster is read in all 6 rounds, the retained one once.
  const auto &segments = *executable->program().weights(0).segments();
  EXPECT_EQ(p.total.weightBytes[0], 6 * segments.Get(0)->bytes());
  EXPECT_EQ(p.total.weightBytes[1], segments.Get(1)->bytes());
  EXPECT_EQ(p.total.storeHitBytes, segments.Get(1)->bytes());
  EXPECT_EQ(p.total.cycles, uint64_t(p.meanLatency * 4 + 0.5));
}

TEST(Session, CompulsoryTrafficIsThatOfTheRoundsRun) {
  auto executable = loadTiny();
  Session session(executable);
  for (const auto &input : {easyInput, hardInput, hardInput, easyInput})
    ASSERT_TRUE(session.submit(vectorOf(input)));
  ASSERT_TRUE(session.run());
  const Performance p = session.performance();
  const simulator::ProgramView &program = executable->program();
  const uint64_t streamed = program.segment(0, 0).bytes();
  const uint64_t retained = program.segment(0, 1).bytes();
  EXPECT_EQ(weightBytesByCluster(program),
            (std::vector<uint64_t>{streamed, retained}));
  // All 4 inputs need the first cluster; 2 of them also need the second one.
  EXPECT_EQ(compulsoryWeightBytes(p, program), 4 * streamed + 2 * retained);
  EXPECT_DOUBLE_EQ(*weightRefetch(p, program),
                   double(6 * streamed + retained) /
                       double(4 * streamed + 2 * retained));
  // The store can keep the second cluster.
  const uint64_t bytes = 4 * streamed + retained + p.total.parameterBytes +
                         p.total.activationBytes();
  const target::TargetModel &target = program.target();
  EXPECT_DOUBLE_EQ(energyBound(p, program),
                   double(bytes) * target.dramPicojoulesPerByte() +
                       double(p.total.macsTotal()) *
                           target.macPicojoules(target::Precision::f32));
}

TEST(Session, WithoutInputsNothingIsCompulsory) {
  auto executable = loadTiny();
  const Performance p = Session(executable).performance();
  EXPECT_EQ(compulsoryWeightBytes(p, executable->program()), 0u);
  EXPECT_EQ(energyBound(p, executable->program()), 0.0);
  EXPECT_FALSE(weightRefetch(p, executable->program()));
  EXPECT_TRUE(toJson(p, executable->program())["weight_refetch"].is_null());
}

TEST(Session, TheMachineIsThatOfTheProgram) {
  auto executable = loadTiny();
  const simulator::ProgramView &program = executable->program();
  EXPECT_EQ(program.precision(), target::Precision::f32);
  const nlohmann::json machine = machineToJson(program);
  EXPECT_EQ(machine["target"], program.target().name);
  EXPECT_EQ(machine["precision"], "f32");
  EXPECT_EQ(machine["area"]["overhead_percent"],
            program.target().areaOverheadPercent(program.precision(),
                                                 program.decoderUm2()));
}

TEST(Session, ReportHasTheDocumentedKeys) {
  Session session(loadTiny());
  ASSERT_TRUE(session.submit(vectorOf(hardInput)));
  ASSERT_TRUE(session.run());
  const nlohmann::json json =
      toJson(session.performance(), session.executable().program());
  for (const char *key :
       {"mean_rounds", "exit_histogram", "dram_bytes", "cycles", "energy_pj",
        "energy_by_component", "bound_cycles", "bound_energy_pj", "latency_us",
        "layers", "rounds", "cycles_stalled", "dram_bytes_by_purpose",
        "weight_refetch"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["compulsory_weight_bytes"].get<double>(),
            json["weight_bytes_by_cluster"][0].get<double>() +
                json["weight_bytes_by_cluster"][1].get<double>());
  double sum = 0;
  for (const auto &component : json["energy_by_component"])
    sum += component.get<double>();
  EXPECT_NEAR(sum, json["energy_pj"].get<double>(), 1e-9 * sum);
  EXPECT_LE(json["bound_cycles"], json["cycles"]);
}

TEST(Executable, TheProgramNamedCraniaSpeaksForTheBundle) {
  auto bundleOf = [](std::vector<std::string> names) {
    std::vector<binary::ProgramWithImage> programs;
    for (const std::string &name : names) {
      programs.push_back(tinyProgram());
      programs.back().program.name = name;
    }
    return *binary::DeviceBinary::parse(
        *binary::write(std::move(programs), "test"));
  };
  EXPECT_EQ(defaultProgram(bundleOf({"crania", "other"})), 0u);
  EXPECT_EQ(defaultProgram(bundleOf({"one", "two"})), 1u);
}
