// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_VECTORKERNEL_H
#define CRANIA_LIB_SIMULATOR_VECTORKERNEL_H

#include "MemoryMap.h"

#include <array>

namespace crania::simulator {

/// A Vector command, analysed once: one loop that the output depends on runs
/// over lanes, the other such loops outside of it, and the reductions inside,
/// in program order for each output element.
class VectorKernel {
public:
  static VectorKernel plan(const ProgramView &program,
                           const binary::Vector &vector);

  void run(const Memories &memories, float *scratch) const;

  /// Elements of scratch memory that run needs.
  size_t scratchElements() const { return registers * lanes; }

private:
  /// Lanes of a register: it fits the host's L1 cache a few times.
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
  struct Access {
    Location buffer;
    Linear element; // from the start of the buffer
    std::vector<Guard> guards;
    float padding = 0;
  };
  struct Loop {
    uint32_t extent;
    bool reduced;
  };
  struct Instruction {
    binary::VectorOp op;
    uint16_t a, b, c;
    float immediate;
  };
  /// Where a run is.
  struct State {
    const Memories &memories;
    float *scratch;
    std::vector<const float *> values; // register contents
    Index index = {};
    size_t count = 0; // lanes at work, from index[laneLoop] on
    float *lanesOf(size_t reg) const { return scratch + reg * lanes; }
  };

  static Access analyse(const ProgramView &program,
                        const binary::Access &access,
                        const std::vector<Loop> &loops);
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

  bool advance(Index &index, size_t begin, size_t end) const;
  void runLanes(State &state) const;
  const float *load(const State &state, size_t input) const;
  void loadStrided(const float *source, int64_t stride, size_t count,
                   float *to) const;
  void execute(State &state) const;
  void store(const State &state, const float *values) const;
  size_t resultRegister() const {
    return code.empty() ? 0 : inputs.size() + code.size();
  }

  std::vector<Loop> loops; // outer ones, the lane loop, reductions
  size_t laneLoop = 0;
  std::vector<Access> inputs;
  Access output;
  std::vector<Instruction> code;
  bool reduces = false, initialized = false;
  float initial = 0;
  size_t registers = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_VECTORKERNEL_H
