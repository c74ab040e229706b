// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_EXECUTION_FUNCTIONALENGINE_H
#define CRANIA_SIMULATOR_EXECUTION_FUNCTIONALENGINE_H

#include "crania/Simulator/Program/ProgramView.h"
#include "crania/Simulator/Program/WeightDecoder.h"

#include <functional>
#include <memory>
#include <vector>

namespace crania::simulator {

/// Order in which contractions in f32 add up their products.
enum class SumOrder : uint8_t {
  fastest, ///< the order of the fastest code of the host
  fixed    ///< by input channel, row and column: the same bits on every host
};

/// Computes the results of a program, in the arithmetic that the timing model
/// charges for. Results depend on the program and the input only, and not on
/// other inputs, threads or earlier runs.
class FunctionalEngine {
public:
  /// Memories of the machine for one input in flight. They can be reused for
  /// any number of rounds and inputs, by one thread at a time.
  class Memory {
  public:
    Memory(Memory &&) noexcept;
    Memory &operator=(Memory &&) noexcept;
    ~Memory();

  private:
    friend class FunctionalEngine;
    struct Storage;
    explicit Memory(std::unique_ptr<Storage> storage);
    std::unique_ptr<Storage> storage;
  };

  /// Resolves every command of every round to pointers and loop plans. Keeps a
  /// reference to `weights`, which must outlive the engine.
  FunctionalEngine(const ProgramView &program, const WeightDecoder &weights,
                   SumOrder order = SumOrder::fastest);
  FunctionalEngine(FunctionalEngine &&) noexcept;
  FunctionalEngine &operator=(FunctionalEngine &&) noexcept;
  ~FunctionalEngine();

  Memory allocate() const;

  /// An input in a batch.
  struct Item {
    /// Elements of the input port, row-major, as f32. The engine quantizes them
    /// if the port holds integers.
    Span<const float> input;
    Memory *memory; ///< not shared with another item of the batch
    Span<float> logits;
    double confidence = 0; ///< result of the exit unit
  };
  /// Runs a round (from 0) on a batch of inputs and copies their logits out. It
  /// runs each command on all inputs before the next command, so that the
  /// weights of a layer stay in the caches of the host. On-chip memory and
  /// scratch DRAM start out as NaN, or as integers that hardly occur, so that a
  /// program that reads bytes it has not written gives visibly wrong results.
  /// Programs that are proven not to do so skip this step.
  void runRound(unsigned round, Span<Item> batch) const;
  /// Runs a round for a single input, and returns the confidence.
  double runRound(unsigned round, Span<const float> input, Memory &memory,
                  Span<float> logits) const;

  /// Runs a round and passes each f32 output of a Contract or Vector command to
  /// the observer: the number of the command and the elements, row-major in the
  /// dimensions of its output. It serves calibration and is slow.
  using Observer =
      std::function<void(uint32_t command, Span<const float> elements)>;
  void observeRound(unsigned round, Span<const float> input, Memory &memory,
                    const Observer &observe) const;

  /// Puts an input into a memory, before commands are run one by one by
  /// `runCommand`. It serves calibration and is slow.
  void begin(Span<const float> input, Memory &memory) const;
  /// Runs a command of a round, numbered as in the program, for inputs that
  /// have run all commands before it. Does nothing for a command that computes
  /// nothing.
  void runCommand(unsigned round, uint32_t command,
                  Span<Memory *> memories) const;
  /// Runs a Contract command with other weights than those of the program. They
  /// must have the shape and the element type of its `DecodedWeights`.
  void runContract(unsigned round, uint32_t command,
                   const DecodedWeights &weights,
                   Span<Memory *> memories) const;
  /// Returns the bytes of a buffer on chip or in scratch DRAM, as the next
  /// command finds them. The buffer must not lie in the image, which cannot be
  /// changed.
  Span<uint8_t> contentsOf(uint32_t buffer, Memory &memory) const;

  uint64_t inputElements() const;
  uint64_t logitElements() const;
  /// Returns the bytes of host memory that the memories of one input take.
  size_t memoryBytes() const;

private:
  struct Plans;
  std::unique_ptr<Plans> plans;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_EXECUTION_FUNCTIONALENGINE_H
