// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Accounting/VectorEnergy.h"

#include "crania/DeviceBinary/VectorTraits.h"

using namespace crania;
using namespace crania::simulator;
using target::Operation;

OperationCounts
simulator::chargeOf(const binary::VectorInstruction &instruction) {
  using binary::LaneUnit;
  const LaneUnit unit = binary::traitsOf(instruction.op()).unit;
  OperationCounts charge = {};
  auto add = [&](Operation operation, uint64_t times) {
    charge[size_t(operation)] += times;
  };
  if (unit == LaneUnit::none)
    return charge;
  if (unit == LaneUnit::rescaler) {
    add(Operation::multiplyI32, 1);
    add(Operation::addI32, 2);
    return charge;
  }
  const bool isMultiply = unit == LaneUnit::multiplier;
  if (binary::runsOnFloatLanes(instruction.op(), instruction.type())) {
    add(isMultiply ? Operation::multiplyF32 : Operation::addF32, 1);
    return charge;
  }
  const bool isWide = instruction.type() == binary::ElementType::i64;
  if (isMultiply)
    add(Operation::multiplyI32, isWide ? 4 : 1);
  else
    add(Operation::addI32, isWide ? 2 : 1);
  return charge;
}
