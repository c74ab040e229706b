// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VectorOps.h"
#include "Host/HostClones.h"
#include "crania/DeviceBinary/VectorTraits.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

using namespace crania;
using namespace crania::simulator;
using binary::ElementType;
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

template <typename T, typename F>
CRANIA_INTO_CLONES void unary(const T *a, T *result, size_t count, F f) {
  for (size_t i = 0; i < count; ++i)
    result[i] = f(a[i]);
}

template <typename T, typename F>
CRANIA_INTO_CLONES void binaryOp(const T *a, const T *b, T *result,
                                 size_t count, F f) {
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
  case VectorOp::roundeven:
    return one(roundToEven);
  default: // of integers, or a conversion
    return;
  }
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

namespace {

/// Instructions that compute with \p Word in lanes of \p Lane: operands lose
/// the bits above, results are extended by their sign. Unsigned arithmetic
/// wraps.
template <typename Lane, typename Word>
struct IntegerOps {
  using Bits = std::make_unsigned_t<Word>;
  const Lane *a, *b, *c;
  Lane *result;
  size_t count;

  template <typename F>
  CRANIA_INTO_CLONES void one(F f) const {
    unary(a, result, count, [f](Lane x) { return Lane(f(Word(x))); });
  }
  template <typename F>
  CRANIA_INTO_CLONES void two(F f) const {
    binaryOp(a, b, result, count,
             [f](Lane x, Lane y) { return Lane(f(Word(x), Word(y))); });
  }
  CRANIA_INTO_CLONES void select() const {
    for (size_t i = 0; i < count; ++i)
      result[i] = Lane(Word(a[i]) != 0 ? Word(b[i]) : Word(c[i]));
  }
  CRANIA_INTO_CLONES void rescale(unsigned shift) const {
    for (size_t i = 0; i < count; ++i)
      result[i] = Lane(Word(Bits(a[i]) * Bits(b[i]) + Bits(c[i])) >> shift);
  }
  CRANIA_INTO_CLONES void apply(VectorOp op, int64_t immediate) const;
};

template <typename Lane, typename Word>
void IntegerOps<Lane, Word>::apply(VectorOp op, int64_t immediate) const {
  constexpr Word shiftMask = 8 * sizeof(Word) - 1;
  switch (op) {
  case VectorOp::add:
    return two([](Word x, Word y) { return Word(Bits(x) + Bits(y)); });
  case VectorOp::sub:
    return two([](Word x, Word y) { return Word(Bits(x) - Bits(y)); });
  case VectorOp::mul:
    return two([](Word x, Word y) { return Word(Bits(x) * Bits(y)); });
  case VectorOp::max:
    return two([](Word x, Word y) { return x > y ? x : y; });
  case VectorOp::min:
    return two([](Word x, Word y) { return x < y ? x : y; });
  case VectorOp::neg:
    return one([](Word x) { return Word(-Bits(x)); });
  case VectorOp::abs:
    return one([](Word x) { return x < 0 ? Word(-Bits(x)) : x; });
  case VectorOp::cmp_eq:
    return two([](Word x, Word y) { return Word(x == y); });
  case VectorOp::cmp_ne:
    return two([](Word x, Word y) { return Word(x != y); });
  case VectorOp::cmp_lt:
    return two([](Word x, Word y) { return Word(x < y); });
  case VectorOp::cmp_le:
    return two([](Word x, Word y) { return Word(x <= y); });
  case VectorOp::cmp_gt:
    return two([](Word x, Word y) { return Word(x > y); });
  case VectorOp::cmp_ge:
    return two([](Word x, Word y) { return Word(x >= y); });
  case VectorOp::select:
    return select();
  case VectorOp::shr:
    return two([](Word x, Word y) { return Word(x >> (y & shiftMask)); });
  case VectorOp::rescale:
    return rescale(unsigned(immediate));
  default: // of f32, or a conversion
    return;
  }
}

/// Cut towards zero; what is outside of the type becomes its limit.
template <typename Word>
Word saturated(float x) {
  constexpr Word low = std::numeric_limits<Word>::min();
  constexpr Word high = std::numeric_limits<Word>::max();
  if (x != x)
    return 0;
  if (x < float(low))
    return low;
  return x >= -float(low) ? high : Word(x);
}

} // namespace

CRANIA_HOST_CLONES
void simulator::applyIntegerOp(VectorOp op, ElementType, const int32_t *a,
                               const int32_t *b, const int32_t *c,
                               int64_t immediate, int32_t *result,
                               size_t count) {
  IntegerOps<int32_t, int32_t>{a, b, c, result, count}.apply(op, immediate);
}

CRANIA_HOST_CLONES
void simulator::applyIntegerOp(VectorOp op, ElementType type, const int64_t *a,
                               const int64_t *b, const int64_t *c,
                               int64_t immediate, int64_t *result,
                               size_t count) {
  if (type == ElementType::i64)
    IntegerOps<int64_t, int64_t>{a, b, c, result, count}.apply(op, immediate);
  else
    IntegerOps<int64_t, int32_t>{a, b, c, result, count}.apply(op, immediate);
}

template <typename Lane>
void simulator::convertToFloat(const Lane *a, float *result, size_t count) {
  for (size_t i = 0; i < count; ++i)
    result[i] = float(a[i]);
}

template <typename Lane>
void simulator::convertToInteger(ElementType type, const float *a, Lane *result,
                                 size_t count) {
  const bool isWide = type == ElementType::i64;
  for (size_t i = 0; i < count; ++i)
    result[i] = Lane(isWide ? saturated<int64_t>(a[i])
                            : int64_t(saturated<int32_t>(a[i])));
}

template void simulator::convertToFloat(const int32_t *, float *, size_t);
template void simulator::convertToFloat(const int64_t *, float *, size_t);
template void simulator::convertToInteger(ElementType, const float *, int32_t *,
                                          size_t);
template void simulator::convertToInteger(ElementType, const float *, int64_t *,
                                          size_t);
