// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_VECTORCOMMAND_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_VECTORCOMMAND_H

#include "crania/Simulator/Program/MemoryMap.h"

#include <array>
#include <vector>

namespace crania::simulator {

/// A Vector command, analyzed once: its loops, the places that it reads and
/// writes, and its instructions. One loop on which the output depends runs over
/// lanes. The other such loops are outside of it, and the reductions inside, in
/// program order for each output element.
struct VectorCommand {
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

  /// Analyzes a command: orders its loops, merges those that walk every access
  /// as one, and chooses the one that runs over lanes.
  static VectorCommand analyze(const ProgramView &program,
                               const binary::Vector &vector);

  /// Returns the register that holds what the command stores.
  size_t resultRegister() const {
    return code.empty() ? 0 : inputs.size() + code.size();
  }

  std::vector<Loop> loops; ///< outer ones, the lane loop, reductions
  size_t laneLoop = 0;
  std::vector<Access> inputs;
  Access output;
  std::vector<Instruction> code;
  bool reduces = false, initialized = false;
  Number initial;
  /// Lanes of the registers: of the inputs, of the output, of the instructions.
  std::vector<Lane> registers;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_VECTORCOMMAND_H
