// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The kernels of LaneKernels.h, for the instruction set that the file which
// includes this is compiled for. Products and sums are rounded one by one: the
// files are compiled with -ffp-contract=off.

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_LANEKERNELSIMPL_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_LANEKERNELSIMPL_H

#include "LaneKernels.h"

// Not for others: each file has its own.
// NOLINTNEXTLINE(misc-anonymous-namespace-in-header)
namespace {

using crania::simulator::LaneAction;
using crania::simulator::LaneElement;
using crania::simulator::LaneJob;
using crania::simulator::LaneKernels;
using crania::simulator::LaneNumber;
using crania::simulator::LaneOperand;
using crania::simulator::LaneSource;
using crania::simulator::LaneStep;

#define CRANIA_ALWAYS __attribute__((always_inline))
#define CRANIA_INLINE CRANIA_ALWAYS inline

#if defined(__AVX512F__)
constexpr uint32_t vectorBytes = 64;
#elif defined(__AVX2__)
constexpr uint32_t vectorBytes = 32;
#else
constexpr uint32_t vectorBytes = 16;
#endif

template <typename T>
constexpr uint32_t lanesOf = vectorBytes / sizeof(T);

template <typename T, uint32_t Lanes>
using VectorOf __attribute__((vector_size(Lanes * sizeof(T)))) = T;

template <typename T>
using Vector = VectorOf<T, lanesOf<T>>;

template <typename A, typename B>
constexpr bool isSame = false;
template <typename A>
constexpr bool isSame<A, A> = true;

/// Lane numbers, and their doubles.
template <uint32_t... I>
struct Sequence {
  template <typename Elements>
  static CRANIA_INLINE auto everySecond(Elements a, Elements b) {
    return __builtin_shufflevector(a, b, (2 * I)...);
  }
  template <typename T>
  static CRANIA_INLINE auto numbers() {
    return VectorOf<T, sizeof...(I)>{T(I)...};
  }
};
template <uint32_t N, uint32_t... I>
struct SequenceTo : SequenceTo<N - 1, N - 1, I...> {};
template <uint32_t... I>
struct SequenceTo<0, I...> : Sequence<I...> {};

template <typename T, uint32_t N>
struct Block {
  Vector<T> vectors[N];
};

//===----------------------------------------------------------------------===//
// Sources
//===----------------------------------------------------------------------===//

/// Elements side by side as lanes: integers are extended.
template <typename From, typename T>
CRANIA_INLINE Vector<T> extended(VectorOf<From, lanesOf<T>> elements) {
  if constexpr (isSame<From, T>)
    return elements;
  else
    return __builtin_convertvector(elements, Vector<T>);
}

template <typename From, typename T>
CRANIA_INLINE VectorOf<From, lanesOf<T>> elementsAt(const From *at) {
  VectorOf<From, lanesOf<T>> elements;
  __builtin_memcpy(&elements, at, sizeof(elements));
  return elements;
}

template <typename From, typename T, uint32_t N>
CRANIA_INLINE Block<T, N> neighbours(const From *at) {
  Block<T, N> block;
  for (uint32_t i = 0; i < N; ++i)
    block.vectors[i] =
        extended<From, T>(elementsAt<From, T>(at + i * lanesOf<T>));
  return block;
}

template <typename From, typename T, uint32_t N>
CRANIA_INLINE Block<T, N> pairs(const From *at) {
  Block<T, N> block;
  for (uint32_t i = 0; i < N; ++i) {
    const From *first = at + 2 * i * lanesOf<T>;
    block.vectors[i] = extended<From, T>(SequenceTo<lanesOf<T>>::everySecond(
        elementsAt<From, T>(first), elementsAt<From, T>(first + lanesOf<T>)));
  }
  return block;
}

template <typename From, typename T, uint32_t N>
CRANIA_INLINE Block<T, N> strided(const From *at, int64_t stride,
                                  uint32_t count) {
  T lanes[N * lanesOf<T>] = {};
  for (uint32_t i = 0; i < count; ++i)
    lanes[i] = T(at[int64_t(i) * stride]);
  return neighbours<T, T, N>(lanes);
}

template <typename T, uint32_t N>
CRANIA_INLINE Block<T, N> broadcast(T value) {
  Block<T, N> block;
  for (uint32_t i = 0; i < N; ++i)
    for (uint32_t lane = 0; lane < lanesOf<T>; ++lane)
      block.vectors[i][lane] = value;
  return block;
}

/// Place at which a block starts.
struct Place {
  int64_t row;
  uint32_t lane, count; ///< lanes that are wanted
};

template <typename From, typename T, uint32_t N>
CRANIA_INLINE Block<T, N> fromMemory(const LaneStep &step,
                                     const LaneOperand &operand,
                                     const Place &place, uint32_t point) {
  const auto *row = reinterpret_cast<const From *>(
      operand.first + place.row * operand.rowBytes + operand.points[point]);
  const From *at = row + int64_t(place.lane) * operand.laneStride;
  switch (step.source) {
  case LaneSource::neighbours:
    return neighbours<From, T, N>(at);
  case LaneSource::pairs:
    return pairs<From, T, N>(at);
  case LaneSource::strided:
    return strided<From, T, N>(at, operand.laneStride, place.count);
  default:
    return broadcast<T, N>(T(*at));
  }
}

template <typename T>
CRANIA_INLINE T numberOf(const LaneNumber &number) {
  if constexpr (isSame<T, float>)
    return number.real;
  else
    return T(number.integer);
}

template <typename T, uint32_t N>
CRANIA_INLINE Block<T, N> operandOf(const LaneStep &step, const LaneJob &job,
                                    const Place &place, uint32_t point) {
  const LaneOperand &operand = job.operands[step.operand];
  auto as = [&](auto element) CRANIA_ALWAYS {
    return fromMemory<decltype(element), T, N>(step, operand, place, point);
  };
  if constexpr (isSame<T, float>)
    return as(float());
  switch (step.element) {
  case LaneElement::i16:
    return as(int16_t());
  case LaneElement::i8:
    return as(int8_t());
  case LaneElement::u8:
    return as(uint8_t());
  case LaneElement::i64:
    return as(int64_t());
  default:
    return as(int32_t());
  }
}

//===----------------------------------------------------------------------===//
// Actions
//===----------------------------------------------------------------------===//

/// The same bits as numbers of which all are values.
template <typename T>
struct BitsOf {
  using Type = Vector<T>;
};
template <>
struct BitsOf<float> {
  using Type = Vector<int32_t>;
};

/// Returns the maximum of lanes. Equal operands differ at most in the sign of
/// zero: their maximum has the bits of both (and), their minimum those of
/// either (or).
template <typename T>
CRANIA_INLINE Vector<T> maximum(Vector<T> a, Vector<T> b) {
  Vector<T> result = a > b ? a : b;
  if constexpr (isSame<T, float>) {
    using Bits = typename BitsOf<T>::Type;
    result = a == b ? (Vector<T>)((Bits)a & (Bits)b) : result;
    // NOLINTNEXTLINE(misc-redundant-expression): NaN
    result = a != a ? a : result;
  }
  return result;
}
template <typename T>
CRANIA_INLINE Vector<T> minimum(Vector<T> a, Vector<T> b) {
  Vector<T> result = a < b ? a : b;
  if constexpr (isSame<T, float>) {
    using Bits = typename BitsOf<T>::Type;
    result = a == b ? (Vector<T>)((Bits)a | (Bits)b) : result;
    // NOLINTNEXTLINE(misc-redundant-expression): NaN
    result = a != a ? a : result;
  }
  return result;
}

/// Integers as numbers whose sums and products may wrap.
template <typename T>
struct Wrapping {
  using Type = Vector<T>;
};
template <>
struct Wrapping<int32_t> {
  using Type = Vector<uint32_t>;
};
template <>
struct Wrapping<int64_t> {
  using Type = Vector<uint64_t>;
};

template <typename T>
CRANIA_INLINE Vector<T> combined(LaneAction action, Vector<T> top,
                                 Vector<T> x) {
  using Bits = typename Wrapping<T>::Type;
  switch (action) {
  case LaneAction::add:
    return (Vector<T>)((Bits)top + (Bits)x);
  case LaneAction::multiply:
    return (Vector<T>)((Bits)top * (Bits)x);
  case LaneAction::maximum:
    return maximum<T>(top, x);
  case LaneAction::minimum:
    return minimum<T>(top, x);
  case LaneAction::atLeast:
    return top <= x ? x : top;
  case LaneAction::atMost:
    return top >= x ? x : top;
  case LaneAction::shift:
    if constexpr (!isSame<T, float>)
      return top >> x;
  default: // put and push
    return x;
  }
}

/// `top` and `below` of some lanes.
template <typename T, uint32_t N>
struct Stack {
  Block<T, N> top, below;

  CRANIA_INLINE void apply(LaneAction action, const Block<T, N> &x) {
    auto each = [&](LaneAction known) CRANIA_ALWAYS {
      for (uint32_t i = 0; i < N; ++i)
        top.vectors[i] = combined<T>(known, top.vectors[i], x.vectors[i]);
    };
    switch (action) {
    case LaneAction::push:
      below = top;
      top = x;
      return;
    case LaneAction::add:
      return each(LaneAction::add);
    case LaneAction::multiply:
      return each(LaneAction::multiply);
    case LaneAction::maximum:
      return each(LaneAction::maximum);
    case LaneAction::minimum:
      return each(LaneAction::minimum);
    case LaneAction::atLeast:
      return each(LaneAction::atLeast);
    case LaneAction::atMost:
      return each(LaneAction::atMost);
    case LaneAction::shift:
      return each(LaneAction::shift);
    case LaneAction::put:
      top = x;
      return;
    }
  }

  CRANIA_INLINE void run(const LaneStep &step, const LaneJob &job,
                         const Place &place, uint32_t point) {
    switch (step.source) {
    case LaneSource::below:
      return apply(step.action, below);
    case LaneSource::constant:
      return apply(step.action, broadcast<T, N>(numberOf<T>(step.constant)));
    default:
      return apply(step.action, operandOf<T, N>(step, job, place, point));
    }
  }
};

//===----------------------------------------------------------------------===//
// Jobs
//===----------------------------------------------------------------------===//

/// The first count lanes as elements; integers keep their low bits. What is
/// behind them in memory stays as it is.
template <typename To, typename T, uint32_t N>
CRANIA_INLINE void storeAs(const Block<T, N> &block, uint32_t count, To *to) {
  using Bits = typename BitsOf<T>::Type;
  for (uint32_t i = 0; i < N && i * lanesOf<T> < count; ++i) {
    To *at = to + i * lanesOf<T>;
    Vector<T> lanes = block.vectors[i];
    const uint32_t left = count - i * lanesOf<T>;
    if (left < lanesOf<T>) {
      using Number = decltype(Bits{}[0] + 0);
      const Bits number = SequenceTo<lanesOf<T>>::template numbers<Number>();
      const Vector<T> old = extended<To, T>(elementsAt<To, T>(at));
      lanes = number < Number(left) ? lanes : old;
    }
    const auto elements =
        __builtin_convertvector(lanes, VectorOf<To, lanesOf<T>>);
    __builtin_memcpy(at, &elements, sizeof(elements));
  }
}

template <typename T, uint32_t N>
CRANIA_INLINE void store(const LaneJob &job, const Place &place,
                         const Block<T, N> &block) {
  uint8_t *row = job.output + place.row * job.outputRowBytes;
  auto as = [&](auto element) CRANIA_ALWAYS {
    using To = decltype(element);
    storeAs<To, T, N>(block, place.count,
                      reinterpret_cast<To *>(row) + place.lane);
  };
  if constexpr (isSame<T, float>)
    return as(float());
  switch (job.outputElement) {
  case LaneElement::i16:
    return as(int16_t());
  case LaneElement::i8:
  case LaneElement::u8:
    return as(uint8_t());
  case LaneElement::i64:
    if constexpr (isSame<T, int64_t>)
      return as(int64_t());
    return;
  default:
    return as(int32_t());
  }
}

/// Any steps, looked at one by one.
struct AnySteps {
  static CRANIA_INLINE bool match(const LaneJob &) { return true; }
  template <typename T, uint32_t N>
  static CRANIA_INLINE void run(Stack<T, N> &stack, const LaneJob &job,
                                const Place &place, uint32_t point) {
    for (uint32_t i = 0; i < job.stepCount; ++i)
      stack.run(job.steps[i], job, place, point);
  }
};

/// A step that the compiler knows, but for its operand or constant.
template <LaneAction action, LaneSource source,
          LaneElement element = LaneElement::f32>
struct Step {
  static CRANIA_INLINE bool match(const LaneStep &step) {
    return step.action == action && step.source == source &&
           (step.element == element || source == LaneSource::constant ||
            source == LaneSource::below);
  }
  template <typename T, uint32_t N>
  static CRANIA_INLINE void run(const LaneStep &step, Stack<T, N> &stack,
                                const LaneJob &job, const Place &place,
                                uint32_t point) {
    const LaneStep known = {action, source, element, step.operand,
                            step.constant};
    stack.run(known, job, place, point);
  }
};

/// Frequent steps: the same as AnySteps, without a look at each.
template <typename... Steps>
struct KnownSteps {
  static CRANIA_INLINE bool match(const LaneJob &job) {
    const LaneStep *step = job.steps;
    return job.stepCount == sizeof...(Steps) && (Steps::match(*step++) && ...);
  }
  template <typename T, uint32_t N>
  static CRANIA_INLINE void run(Stack<T, N> &stack, const LaneJob &job,
                                const Place &place, uint32_t point) {
    const LaneStep *step = job.steps;
    (Steps::run(*step++, stack, job, place, point), ...);
  }
};

template <typename T, uint32_t N, typename Steps>
CRANIA_INLINE Block<T, N> compute(const LaneJob &job, const Place &place) {
  Stack<T, N> stack;
  stack.top = broadcast<T, N>(numberOf<T>(job.initial));
  stack.below = stack.top;
  for (uint32_t point = 0; point < job.points; ++point)
    Steps::run(stack, job, place, point);
  return stack.top;
}

/// Lanes [begin, end), whole vectors: by blocks, and what is left at once.
template <typename T, typename Steps, uint32_t N>
CRANIA_INLINE void runVectors(const LaneJob &job, int64_t row, uint32_t begin,
                              uint32_t end) {
  constexpr uint32_t lanes = N * lanesOf<T>;
  for (; end - begin >= lanes; begin += lanes) {
    const Place place = {row, begin, lanes};
    store<T, N>(job, place, compute<T, N, Steps>(job, place));
  }
  if constexpr (N > 1)
    runVectors<T, Steps, N - 1>(job, row, begin, end);
}

/// Runs a row. The last vector of a row may share lanes with the vector before.
/// It is computed before that vector is stored, as the store may change what it
/// reads. Hence rows do not touch each other and do not wait for stores, except
/// for short rows.
template <typename T, typename Steps>
CRANIA_INLINE void runRow(const LaneJob &job, int64_t row) {
  constexpr uint32_t vector = lanesOf<T>, block = LaneKernels::blockVectors;
  if (job.lanes < vector) {
    const Place all = {row, 0, job.lanes};
    return store<T, 1>(job, all, compute<T, 1, Steps>(job, all));
  }
  const uint32_t whole = job.lanes / vector * vector;
  if (whole == job.lanes)
    return runVectors<T, Steps, block>(job, row, 0, whole);
  const Place last = {row, job.lanes - vector, vector};
  const Block<T, 1> end = compute<T, 1, Steps>(job, last);
  runVectors<T, Steps, block>(job, row, 0, whole);
  store<T, 1>(job, last, end);
}

/// Runs the rows from the last to the first, as short rows touch the bytes
/// after them.
template <typename T, typename Steps>
void runRows(const LaneJob &job) {
  for (int64_t row = job.rows; row-- > 0;)
    runRow<T, Steps>(job, row);
}

/// Runs a job by the first kind of steps that matches.
template <typename T, typename Steps, typename... Others>
void runFirst(const LaneJob &job) {
  if constexpr (sizeof...(Others) > 0)
    if (!Steps::match(job))
      return runFirst<T, Others...>(job);
  runRows<T, Steps>(job);
}

using Values = Step<LaneAction::put, LaneSource::neighbours>;
using PlusBias = Step<LaneAction::add, LaneSource::scalar>;
using PlusValues = Step<LaneAction::add, LaneSource::neighbours>;
using Rectified = Step<LaneAction::atLeast, LaneSource::constant>;
using LargestOfPairs = Step<LaneAction::maximum, LaneSource::pairs>;

void runF32(const LaneJob &job) {
  runFirst<float, KnownSteps<Values, PlusBias, Rectified>,
           KnownSteps<Values, PlusBias, PlusValues, Rectified>,
           KnownSteps<LargestOfPairs>, AnySteps>(job);
}

using Sums = Step<LaneAction::put, LaneSource::neighbours, LaneElement::i32>;
using TimesFactor =
    Step<LaneAction::multiply, LaneSource::scalar, LaneElement::i32>;
using PlusOffset = Step<LaneAction::add, LaneSource::scalar, LaneElement::i64>;
using Shifted = Step<LaneAction::shift, LaneSource::constant>;
using NotBelow = Step<LaneAction::maximum, LaneSource::constant>;
using NotAbove = Step<LaneAction::minimum, LaneSource::constant>;

void runI64(const LaneJob &job) {
  runFirst<
      int64_t,
      KnownSteps<Sums, TimesFactor, PlusOffset, Shifted, NotBelow, NotAbove>,
      AnySteps>(job);
}

void runI32(const LaneJob &job) { runRows<int32_t, AnySteps>(job); }

constexpr LaneKernels laneKernelsOfThisFile = {runF32, runI32, runI64};

#undef CRANIA_INLINE
#undef CRANIA_ALWAYS

} // namespace

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_LANEKERNELSIMPL_H
