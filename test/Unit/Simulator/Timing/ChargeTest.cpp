// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the charges of integers: bytes by their size, operations by their
// kind.

#include "MicroProgram.h"
#include "crania/Simulator/Accounting/VectorEnergy.h"

#include "crania/Report/Report.h"
#include "crania/Runtime/Performance.h"
#include "crania/Simulator/Accounting/Energy.h"
#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;
using binary::ElementType;
using binary::VectorOp;
using target::Operation;
using target::Precision;

namespace {

OperationCounts chargeOf(VectorOp op, ElementType type) {
  return simulator::chargeOf({op, type, 0, 0, 0, 0, 0});
}

OperationCounts some(Operation operation, uint64_t count) {
  OperationCounts counts = {};
  counts[size_t(operation)] = count;
  return counts;
}

} // namespace

/// The target and the binary agree on what they both know of a precision.
TEST(Charge, PrecisionsAreElementTypesOfWeights) {
  unsigned precisions = 0;
  for (ElementType type : binary::EnumValuesElementType()) {
    if (!binary::isWeightType(type))
      continue;
    const Precision precision = simulator::precisionOf(type);
    EXPECT_EQ(target::nameOf(precision), binary::nameOf(type));
    EXPECT_EQ(target::bytesOf(precision), binary::bytesOf(type));
    ++precisions;
  }
  EXPECT_EQ(precisions, target::precisionCount);
}

TEST(Charge, OfF32) {
  for (VectorOp op : {VectorOp::mul, VectorOp::div, VectorOp::exp,
                      VectorOp::log, VectorOp::sqrt, VectorOp::rsqrt,
                      VectorOp::tanh, VectorOp::erf, VectorOp::pow})
    EXPECT_EQ(chargeOf(op, ElementType::f32), some(Operation::multiplyF32, 1))
        << EnumNameVectorOp(op);
  for (VectorOp op :
       {VectorOp::add, VectorOp::sub, VectorOp::max, VectorOp::min,
        VectorOp::maxnum, VectorOp::minnum, VectorOp::neg, VectorOp::abs,
        VectorOp::cmp_eq, VectorOp::cmp_lt, VectorOp::select, VectorOp::floor,
        VectorOp::ceil, VectorOp::roundeven, VectorOp::to_f32})
    EXPECT_EQ(chargeOf(op, ElementType::f32), some(Operation::addF32, 1))
        << EnumNameVectorOp(op);
  for (ElementType type :
       {ElementType::f32, ElementType::i32, ElementType::i64})
    EXPECT_EQ(chargeOf(VectorOp::constant, type), OperationCounts());
}

TEST(Charge, OfIntegers) {
  for (VectorOp op : {VectorOp::add, VectorOp::max, VectorOp::cmp_ge,
                      VectorOp::select, VectorOp::shr}) {
    EXPECT_EQ(chargeOf(op, ElementType::i32), some(Operation::addI32, 1));
    EXPECT_EQ(chargeOf(op, ElementType::i64), some(Operation::addI32, 2));
  }
  EXPECT_EQ(chargeOf(VectorOp::mul, ElementType::i32),
            some(Operation::multiplyI32, 1));
  EXPECT_EQ(chargeOf(VectorOp::mul, ElementType::i64),
            some(Operation::multiplyI32, 4));
  OperationCounts rescale = some(Operation::multiplyI32, 1);
  rescale[size_t(Operation::addI32)] = 2;
  EXPECT_EQ(chargeOf(VectorOp::rescale, ElementType::i64), rescale);
  EXPECT_EQ(chargeOf(VectorOp::to_int, ElementType::i64),
            some(Operation::addF32, 1));
}

namespace {

/// Returns a layer of 16 outputs and 32 inputs, whose sums are rescaled to i8,
/// then to logits.
MicroProgram layer(ElementType input, ElementType weights, ElementType sum) {
  MicroProgram program(input, 0.5, 32, 16);
  const uint32_t w = program.addWeights({1, 16, 32}, weights,
                                        std::vector<int32_t>(16 * 32, 1));
  const uint32_t sums = program.addBuffer("sums", 16, sum);
  const uint32_t q = program.addBuffer("q", 16, ElementType::i8);
  program.addFetch(w, 1);
  binary::ContractT contract = matrixProduct(program, w, 1, 1);
  contract.output->buffer = sums;
  const uint32_t c = program.add(std::move(contract), {0});
  binary::VectorT rescale;
  rescale.extents = {16};
  rescale.inputs.push_back(linearAccess(sums, 16));
  rescale.output = linearAccess(q, 16);
  rescale.code.emplace_back(VectorOp::constant, ElementType::i64, 0, 0, 0, 0,
                            3);
  rescale.code.emplace_back(VectorOp::rescale, ElementType::i64, 0, 2, 2, 0, 1);
  const uint32_t r = program.add(std::move(rescale), {c});
  binary::VectorT logits;
  logits.extents = {16};
  logits.inputs.push_back(linearAccess(q, 16));
  logits.output = linearAccess(MicroProgram::output, 16);
  logits.code.emplace_back(VectorOp::to_f32, ElementType::f32, 0, 0, 0, 0, 0);
  program.add(std::move(logits), {r});
  return program;
}

Counts countsOf(const runtime::Executable &executable) {
  auto timing = simulateRound(executable.program(), executable.work(), 0, {});
  EXPECT_TRUE(timing) << timing.error().message;
  return timing ? timing->total : Counts();
}

} // namespace

TEST(Charge, BytesAreThoseOfTheElements) {
  const Counts i8 = countsOf(
      *layer(ElementType::u8, ElementType::i8, ElementType::i32).load());
  EXPECT_EQ(i8.weightBytesTotal(), 16u * 32);
  EXPECT_EQ(i8.activationBytesRead, 32u);
  // Writes: the copied input, the sums, the rescaled values, the logits.
  EXPECT_EQ(i8.globalBufferWriteBytes, 32u + 16 * 4 + 16 + 16 * 4);
  // Reads: the inputs of the array, of two vector commands, and of the exit
  // test.
  EXPECT_EQ(i8.globalBufferReadBytes, 32u + 16 * 4 + 16 + 16 * 4);

  const Counts i16 = countsOf(
      *layer(ElementType::i16, ElementType::i16, ElementType::i64).load());
  EXPECT_EQ(i16.weightBytesTotal(), 16u * 32 * 2);
  EXPECT_EQ(i16.activationBytesRead, 64u);
  EXPECT_EQ(i16.globalBufferWriteBytes, 64u + 16 * 8 + 16 + 16 * 4);
  EXPECT_EQ(i16.globalBufferReadBytes, 64u + 16 * 8 + 16 + 16 * 4);
}

TEST(Charge, EventsHaveTheirPrecision) {
  auto executable =
      layer(ElementType::u8, ElementType::i8, ElementType::i32).load();
  const Counts counts = countsOf(*executable);
  PrecisionCounts expected = {};
  expected[size_t(Precision::i8)] = 16 * 32;
  EXPECT_EQ(counts.macs, expected);
  EXPECT_EQ(counts.decodedValues, expected);
  EXPECT_EQ(counts.macsSkippedTotal(), 0u);
  EXPECT_EQ(counts.vectorOps, (OperationCounts{0, 16, 16, 2 * 16}));

  const target::TargetModel &target = executable->program().target();
  const Energy energy = energyOf(counts, target, target::Precision::f32);
  EXPECT_DOUBLE_EQ(energy.array, 16 * 32 * 0.3);
  // A product accesses a weight and a sum of 32 bits, and loading accesses the
  // weight, at 0.35 pJ a byte. Moves to neighbors cost twice that: the inputs,
  // and the sums down 16 rows.
  EXPECT_DOUBLE_EQ(energy.registers, 16 * 32 * (1 + 4 + 1) * 0.35 +
                                         (16 * 32 + 16 * 16 * 4) * 2 * 0.35);
  EXPECT_DOUBLE_EQ(energy.vector, 16 * (0.9 + 3.1 + 2 * 0.1));
}

TEST(Charge, TheArrayIsThatOfTheWidestWeights) {
  MicroProgram program =
      layer(ElementType::u8, ElementType::i8, ElementType::i32);
  EXPECT_EQ(program.load()->program().widestPrecision(), Precision::i8);
  program.addWeights({1, 1, 1}, ElementType::i16, {1});
  program.program.program.precision = ElementType::i8;
  auto executable = program.load();
  EXPECT_EQ(executable->program().precision(), Precision::i8);
  EXPECT_EQ(executable->program().widestPrecision(), Precision::i16);
  const target::TargetModel &target = executable->program().target();
  EXPECT_EQ(
      runtime::machineToJson(executable->program())["area"]["overhead_percent"],
      target.areaOverheadPercent(Precision::i16,
                                 executable->program().decoderUm2()));
}

TEST(Charge, ReportsPrecisionsWhereThereAreSeveral) {
  auto executable =
      layer(ElementType::u8, ElementType::i8, ElementType::i32).load();
  runtime::PerformanceMeter meter(*executable);
  ASSERT_TRUE(meter.addWholeInput(1));
  runtime::Performance performance = meter.result();
  auto json = toJson(performance, executable->program());
  EXPECT_EQ(json["macs"], 16 * 32);
  EXPECT_FALSE(json.contains("macs_by_precision"));
  performance.total.macs[size_t(Precision::f32)] = 8;
  json = toJson(performance, executable->program());
  EXPECT_EQ(json["macs"], 16 * 32 + 8);
  EXPECT_EQ(json["macs_by_precision"]["i8"], 16 * 32);
  EXPECT_EQ(json["macs_by_precision"]["f32"], 8);
}
