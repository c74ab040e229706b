// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorCharge.h"

using namespace crania;
using namespace crania::simulator;
using binary::VectorOp;
using target::Operation;

static bool isMultiplication(VectorOp op) {
  switch (op) {
  case VectorOp::mul:
  case VectorOp::div:
  case VectorOp::pow:
  case VectorOp::exp:
  case VectorOp::log:
  case VectorOp::sqrt:
  case VectorOp::rsqrt:
  case VectorOp::tanh:
  case VectorOp::erf:
    return true;
  default:
    return false;
  }
}

OperationCounts
simulator::chargeOf(const binary::VectorInstruction &instruction) {
  const VectorOp op = instruction.op();
  OperationCounts charge = {};
  auto add = [&](Operation operation, uint64_t times) {
    charge[size_t(operation)] += times;
  };
  if (op == VectorOp::constant)
    return charge;
  if (op == VectorOp::rescale) {
    add(Operation::multiplyI32, 1);
    add(Operation::addI32, 2);
    return charge;
  }
  const bool isMultiply = isMultiplication(op);
  if (binary::isFloat(instruction.type()) || op == VectorOp::to_int) {
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
