// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_VECTORKERNEL_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_VECTORKERNEL_H

#include "FusedVector.h"

#include <optional>
#include <vector>

namespace crania::simulator {

/// A Vector command that runs instruction by instruction: each on a number of
/// lanes, whose values wait in scratch memory for the next one.
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
  using Access = VectorCommand::Access;
  using Index = VectorCommand::Index;
  using Instruction = VectorCommand::Instruction;
  using Lane = VectorCommand::Lane;
  using Number = VectorCommand::Number;

  /// Lanes of a register, such that several registers fit the L1 cache of the
  /// host.
  static constexpr size_t lanes = 256;
  /// Position and values of a run.
  struct State {
    const Memories &memories;
    uint8_t *scratch;
    std::vector<const void *> values; // register contents
    Index index = {};
    size_t count = 0; // lanes at work, from index[laneLoop] on
  };

  explicit VectorKernel(VectorCommand command);

  /// Calls f with a value of the host's type for lanes.
  template <typename F>
  static auto withLane(Lane lane, F f) {
    if (lane == Lane::f32)
      return f(float());
    return lane == Lane::i32 ? f(int32_t()) : f(int64_t());
  }
  template <typename T>
  T *lanesOf(const State &state, size_t reg) const {
    return reinterpret_cast<T *>(state.scratch + offsets[reg]);
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

  VectorCommand command;
  std::vector<size_t> offsets; // of registers, in the scratch memory
  size_t registerBytes = 0;
  std::optional<FusedVector> fused;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_VECTORKERNEL_H
