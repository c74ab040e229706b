// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_VECTORKERNEL_H
#define CRANIA_LIB_SIMULATOR_VECTORKERNEL_H

#include "FusedVector.h"

#include <array>

namespace crania::simulator {

/// A Vector command, analyzed once. One loop on which the output depends runs
/// over lanes. The other such loops are outside of it, and the reductions
/// inside, in program order for each output element.
class VectorKernel {
public:
  static VectorKernel plan(const ProgramView &program,
                           const binary::Vector &vector);

  /// Runs the command instruction by instruction. `scratch` has scratchBytes()
  /// and is aligned as AlignedBytes are.
  void run(const Memories &memories, uint8_t *scratch) const;

  /// Returns the faster implementation, for commands that have one.
  const std::optional<FusedVector> &fusedVector() const { return fused; }

  /// Returns the bytes of scratch memory that run() needs.
  size_t scratchBytes() const { return registerBytes; }

private:
  friend class FusedVectorPlanner;

  /// Lanes of a register, such that several registers fit the L1 cache of the
  /// host.
  static constexpr size_t lanes = 256;
  /// The format's limit of 8 loops, and a lane loop for a single output.
  static constexpr size_t maximumLoops = 9;
  using Index = std::array<uint32_t, maximumLoops>;
  using Coefficients = std::array<int64_t, maximumLoops>;

  /// start + sum(coefficients * loop indices).
  struct Linear {
    int64_t start = 0;
    Coefficients coefficients = {};
    int64_t at(const Index &index, size_t loops) const {
      int64_t value = start;
      for (size_t i = 0; i < loops; ++i)
        value += coefficients[i] * index[i];
      return value;
    }
  };
  /// A dimension of an access that can leave [0, extent).
  struct Guard {
    int64_t extent;
    Linear index;
  };
  /// A number of the binary, as lanes of f32 or of integers take it.
  struct Number {
    float real = 0;
    int64_t integer = 0;
  };
  struct Access {
    Location buffer;
    binary::ElementType type;
    Linear element; // from the start of the buffer
    std::vector<Guard> guards;
    Number padding;
  };
  struct Loop {
    uint32_t extent;
    bool reduced;
  };
  struct Instruction {
    binary::VectorOp op;
    binary::ElementType type;
    uint16_t a, b, c;
    Number immediate;
  };
  /// Type of the lanes of a register on the host. All integer registers of a
  /// command have one width: 32 bits if none of them can need more.
  enum class Lane : uint8_t { f32, i32, i64 };
  struct Register {
    Lane lane;
    size_t offset; // of its lanes, in the scratch memory
  };
  /// Position and values of a run.
  struct State {
    const Memories &memories;
    uint8_t *scratch;
    std::vector<const void *> values; // register contents
    Index index = {};
    size_t count = 0; // lanes at work, from index[laneLoop] on
  };

  static Number numberOf(double value, binary::ElementType type);
  static Access analyse(const ProgramView &program,
                        const binary::Access &access,
                        const std::vector<Loop> &loops);
  bool needsWideLanes() const;
  void addRegisters();
  void orderLoops();
  void chooseLanes();
  void mergeLoops();
  bool canMerge(size_t outer) const;
  void moveLoop(size_t from, size_t to);
  void eraseLoop(size_t loop);
  template <typename F>
  void forEachLinear(F f);
  template <typename F>
  bool allLinear(F f) const;

  /// Calls f with a value of the host's type for lanes.
  template <typename F>
  static auto withLane(Lane lane, F f) {
    if (lane == Lane::f32)
      return f(float());
    return lane == Lane::i32 ? f(int32_t()) : f(int64_t());
  }
  template <typename T>
  T *lanesOf(const State &state, size_t reg) const {
    return reinterpret_cast<T *>(state.scratch + registers[reg].offset);
  }
  template <typename T>
  const T *valuesOf(const State &state, size_t reg) const {
    return static_cast<const T *>(state.values[reg]);
  }
  bool advance(Index &index, size_t begin, size_t end) const;
  void fill(const State &state, size_t reg, size_t begin, size_t end,
            const Number &number) const;
  void runLanes(State &state) const;
  const void *load(const State &state, size_t input) const;
  void loadStrided(const State &state, const Access &access, size_t reg,
                   size_t begin, size_t end) const;
  void execute(const State &state) const;
  void convert(const State &state, const Instruction &instruction,
               size_t result) const;
  template <typename T>
  void executeAs(const State &state, const Instruction &instruction,
                 size_t result) const;
  void store(const State &state, size_t reg) const;
  size_t resultRegister() const {
    return code.empty() ? 0 : inputs.size() + code.size();
  }

  std::vector<Loop> loops; // outer ones, the lane loop, reductions
  size_t laneLoop = 0;
  std::vector<Access> inputs;
  Access output;
  std::vector<Instruction> code;
  bool reduces = false, initialized = false;
  Number initial;
  std::vector<Register> registers;
  size_t registerBytes = 0;
  std::optional<FusedVector> fused;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_VECTORKERNEL_H
