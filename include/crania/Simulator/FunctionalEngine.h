// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_FUNCTIONALENGINE_H
#define CRANIA_SIMULATOR_FUNCTIONALENGINE_H

#include "crania/Simulator/ProgramView.h"
#include "crania/Simulator/WeightDecoder.h"

#include <functional>
#include <memory>
#include <vector>

namespace crania::simulator {

/// The order in which contractions in f32 add up their products.
enum class SumOrder : uint8_t {
  fastest, ///< that of the host's fastest code
  fixed    ///< by input channel, row and column: the same bits on every host
};

/// Computes what a program computes, in the arithmetic that the timing charges
/// for. Results depend on the program and the input only: not on other inputs,
/// on threads, or on what ran before.
class FunctionalEngine {
public:
  /// The memories of the machine for one input in flight, reusable for any
  /// number of rounds and inputs, by one thread at a time.
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
    /// The input port's elements, row-major; quantised here if it holds
    /// integers.
    Span<const float> input;
    Memory *memory; ///< its own in the batch
    Span<float> logits;
    double confidence = 0; ///< that the exit unit found
  };
  /// Runs a round (from 0) on inputs that are in it, command by command, so
  /// that a layer's weights stay in the host's caches from input to input, and
  /// copies the logits out. On-chip memory and scratch DRAM start out as NaN,
  /// in integers as numbers that hardly occur, so that a program that reads
  /// what it did not write shows it; but for programs that are known not to.
  void runRound(unsigned round, Span<Item> batch) const;
  /// The same for a single input; gives the confidence.
  double runRound(unsigned round, Span<const float> input, Memory &memory,
                  Span<float> logits) const;

  /// Runs a round and shows what each Contract and Vector command put out, if
  /// that is f32: the number of the command and the elements, row-major in the
  /// dimensions of its output. For calibration, not for speed.
  using Observer =
      std::function<void(uint32_t command, Span<const float> elements)>;
  void observeRound(unsigned round, Span<const float> input, Memory &memory,
                    const Observer &observe) const;

  /// Puts an input into a memory, for commands that are run one by one: to
  /// calibrate what happens between them, not for speed.
  void begin(Span<const float> input, Memory &memory) const;
  /// Runs a command of a round, numbered as in the program, for inputs that
  /// came so far. Commands that compute nothing are nothing.
  void runCommand(unsigned round, uint32_t command,
                  Span<Memory *> memories) const;
  /// Runs a Contract command with other weights: a matrix as that of
  /// `DecodedWeights`, of the type of its weights.
  void runContract(unsigned round, uint32_t command,
                   const DecodedWeights &weights,
                   Span<Memory *> memories) const;
  /// The bytes of a buffer that is on chip or in scratch DRAM, as the next
  /// command finds them. Those of the image cannot be changed: it must be in
  /// neither.
  Span<uint8_t> contentsOf(uint32_t buffer, Memory &memory) const;

  uint64_t inputElements() const;
  uint64_t logitElements() const;
  /// Of the host, for the machine's memories of an input.
  size_t memoryBytes() const;

private:
  struct Plans;
  std::unique_ptr<Plans> plans;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_FUNCTIONALENGINE_H
