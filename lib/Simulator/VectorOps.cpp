// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorOps.h"

#include <cmath>
#include <cstring>

using namespace crania;
using namespace crania::simulator;
using binary::VectorOp;

bool simulator::readsC(VectorOp op) { return binary::operandsOf(op) > 2; }

bool simulator::readsB(VectorOp op) { return binary::operandsOf(op) > 1; }

namespace {

uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

float floatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

/// Equal operands differ at most in the sign of zero: and-ing the bits of +0
/// and -0 gives +0, or-ing them -0.
float larger(float a, float b) {
  return a > b ? a : a < b ? b : floatOf(bitsOf(a) & bitsOf(b));
}
float smaller(float a, float b) {
  return a < b ? a : a > b ? b : floatOf(bitsOf(a) | bitsOf(b));
}

float maximum(float a, float b) {
  float result = larger(a, b);
  result = b != b ? b : result;
  return a != a ? a : result;
}
float minimum(float a, float b) {
  float result = smaller(a, b);
  result = b != b ? b : result;
  return a != a ? a : result;
}
float maximumNumber(float a, float b) {
  float result = larger(a, b);
  result = b != b ? a : result;
  return a != a ? b : result;
}
float minimumNumber(float a, float b) {
  float result = smaller(a, b);
  result = b != b ? a : result;
  return a != a ? b : result;
}

template <typename F>
void unary(const float *a, float *result, size_t count, F f) {
  for (size_t i = 0; i < count; ++i)
    result[i] = f(a[i]);
}

template <typename F>
void binaryOp(const float *a, const float *b, float *result, size_t count,
              F f) {
  for (size_t i = 0; i < count; ++i)
    result[i] = f(a[i], b[i]);
}

} // namespace

void simulator::applyVectorOp(VectorOp op, const float *a, const float *b,
                              const float *c, float *result, size_t count) {
  auto one = [&](auto f) { unary(a, result, count, f); };
  auto two = [&](auto f) { binaryOp(a, b, result, count, f); };
  switch (op) {
  case VectorOp::constant:
    return;
  case VectorOp::add:
    return two([](float x, float y) { return x + y; });
  case VectorOp::sub:
    return two([](float x, float y) { return x - y; });
  case VectorOp::mul:
    return two([](float x, float y) { return x * y; });
  case VectorOp::div:
    return two([](float x, float y) { return x / y; });
  case VectorOp::max:
    return two([](float x, float y) { return maximum(x, y); });
  case VectorOp::min:
    return two([](float x, float y) { return minimum(x, y); });
  case VectorOp::maxnum:
    return two([](float x, float y) { return maximumNumber(x, y); });
  case VectorOp::minnum:
    return two([](float x, float y) { return minimumNumber(x, y); });
  case VectorOp::neg:
    return one([](float x) { return -x; });
  case VectorOp::abs:
    return one([](float x) { return std::fabs(x); });
  case VectorOp::exp:
    return one([](float x) { return std::exp(x); });
  case VectorOp::log:
    return one([](float x) { return std::log(x); });
  case VectorOp::sqrt:
    return one([](float x) { return std::sqrt(x); });
  case VectorOp::rsqrt:
    return one([](float x) { return 1.0f / std::sqrt(x); });
  case VectorOp::tanh:
    return one([](float x) { return std::tanh(x); });
  case VectorOp::erf:
    return one([](float x) { return std::erf(x); });
  case VectorOp::floor:
    return one([](float x) { return std::floor(x); });
  case VectorOp::ceil:
    return one([](float x) { return std::ceil(x); });
  case VectorOp::pow:
    return two([](float x, float y) { return std::pow(x, y); });
  case VectorOp::cmp_eq:
    return two([](float x, float y) { return float(x == y); });
  case VectorOp::cmp_ne:
    return two([](float x, float y) { return float(x != y); });
  case VectorOp::cmp_lt:
    return two([](float x, float y) { return float(x < y); });
  case VectorOp::cmp_le:
    return two([](float x, float y) { return float(x <= y); });
  case VectorOp::cmp_gt:
    return two([](float x, float y) { return float(x > y); });
  case VectorOp::cmp_ge:
    return two([](float x, float y) { return float(x >= y); });
  case VectorOp::select:
    for (size_t i = 0; i < count; ++i)
      result[i] = a[i] != 0 ? b[i] : c[i];
    return;
  }
}
