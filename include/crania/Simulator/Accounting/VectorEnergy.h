// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_ACCOUNTING_VECTORENERGY_H
#define CRANIA_SIMULATOR_ACCOUNTING_VECTORENERGY_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Simulator/Accounting/Counts.h"

namespace crania::simulator {

/// Returns the operations that are charged for an instruction of the vector
/// unit, per lane:
/// - constants are immediates, and free;
/// - mul, and div, pow and the special functions (exp, log, sqrt, rsqrt, tanh,
///   erf), whose iterations are not modeled: a multiplication;
/// - all others: an addition, conversions one of f32, whose aligning shifter
///   they need;
/// - i64: twice the additions of 32 bits, four times the multiplications;
/// - rescale: a multiplication of 32 bits and an addition of 64.
OperationCounts chargeOf(const binary::VectorInstruction &instruction);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_ACCOUNTING_VECTORENERGY_H
