// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/FunctionalEngine.h"
#include "ContractKernel.h"
#include "CopyKernel.h"
#include "Quantise.h"
#include "VectorKernel.h"
#include "crania/Simulator/ExitRule.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <variant>

// oneDNN runs on OpenMP threads: one per caller, since callers are the threads
// here. Declared by hand because clang does not ship omp.h.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" void omp_set_num_threads(int count);

using namespace crania;
using namespace crania::simulator;

namespace crania::simulator {
/// The exit unit's computation.
struct ExitKernel {
  Location logits;
  uint32_t classes;
  binary::ExitRule rule;
};
} // namespace crania::simulator

using Kernel =
    std::variant<ContractKernel, VectorKernel, CopyKernel, ExitKernel>;

struct FunctionalEngine::Plans {
  explicit Plans(ProgramView program) : program(std::move(program)) {}

  void planRound(unsigned round, const WeightDecoder &weights);
  void layOutMemories();

  ProgramView program;
  std::vector<std::vector<Kernel>> rounds;
  size_t scratchBytes = 0;
  size_t dramBytes = 0, globalBufferBytes = 0;
  const uint8_t *image = nullptr;
  Location input, logits;
  uint64_t inputElements = 0, logitElements = 0;
};

struct FunctionalEngine::Memory::Storage {
  AlignedBytes dram, globalBuffer, scratch;
};

FunctionalEngine::Memory::Memory(std::unique_ptr<Storage> storage)
    : storage(std::move(storage)) {}
FunctionalEngine::Memory::Memory(Memory &&) noexcept = default;
FunctionalEngine::Memory &
FunctionalEngine::Memory::operator=(Memory &&) noexcept = default;
FunctionalEngine::Memory::~Memory() = default;

FunctionalEngine::FunctionalEngine(FunctionalEngine &&) noexcept = default;
FunctionalEngine &
FunctionalEngine::operator=(FunctionalEngine &&) noexcept = default;
FunctionalEngine::~FunctionalEngine() = default;

/// The kernel of a command; none for one that computes nothing.
static std::optional<Kernel> planCommand(const ProgramView &program,
                                         const binary::Command &command,
                                         const WeightDecoder &weights) {
  if (const binary::Contract *contract = command.body_as_Contract())
    return ContractKernel::plan(
        program, *contract,
        *weights.find(contract->weights(), contract->clusters()));
  if (const binary::Vector *vector = command.body_as_Vector())
    return VectorKernel::plan(program, *vector);
  if (const binary::Copy *copy = command.body_as_Copy())
    return CopyKernel::plan(program, *copy);
  if (const binary::ExitTest *test = command.body_as_ExitTest())
    return ExitKernel{locate(program, test->logits(), test->offset()),
                      test->classes(), program.program().exit_rule()};
  return std::nullopt;
}

static size_t scratchOf(const Kernel &kernel) {
  if (auto *contract = std::get_if<ContractKernel>(&kernel))
    return contract->scratchBytes();
  if (auto *vector = std::get_if<VectorKernel>(&kernel))
    return vector->scratchBytes();
  return 0;
}

void FunctionalEngine::Plans::planRound(unsigned round,
                                        const WeightDecoder &weights) {
  rounds.emplace_back();
  for (const binary::Command *command : program.commands(round)) {
    std::optional<Kernel> kernel = planCommand(program, *command, weights);
    if (!kernel)
      continue;
    scratchBytes = std::max(scratchBytes, scratchOf(*kernel));
    rounds.back().push_back(std::move(*kernel));
  }
}

void FunctionalEngine::Plans::layOutMemories() {
  for (const binary::Buffer *buffer : *program.program().buffers()) {
    const size_t end = buffer->offset() + buffer->bytes();
    if (buffer->space() == binary::Space::dram)
      dramBytes = std::max(dramBytes, end);
    if (buffer->space() == binary::Space::global_buffer)
      globalBufferBytes = std::max(globalBufferBytes, end);
  }
  image = program.image().data();
  input = locate(program, program.program().input()->buffer(), 0);
  logits = locate(program, program.program().logits()->buffer(), 0);
  inputElements = program.inputElements();
  logitElements = program.logitElements();
}

FunctionalEngine::FunctionalEngine(const ProgramView &program,
                                   const WeightDecoder &weights)
    : plans(std::make_unique<Plans>(program)) {
  plans->layOutMemories();
  for (unsigned round = 0; round < program.rounds(); ++round)
    plans->planRound(round, weights);
}

FunctionalEngine::Memory FunctionalEngine::allocate() const {
  auto storage = std::make_unique<Memory::Storage>();
  storage->dram = AlignedBytes(plans->dramBytes);
  storage->globalBuffer = AlignedBytes(plans->globalBufferBytes);
  storage->scratch = AlignedBytes(plans->scratchBytes);
  return Memory(std::move(storage));
}

/// Makes memory show that nothing wrote it: a NaN in f32, and in integers
/// numbers that quantised values hardly are, -128 in three of four i8.
static void poison(AlignedBytes &memory) {
  constexpr uint32_t signalling = 0x7f808080;
  // Whole words: the last line of the memory is there in full.
  auto *words = reinterpret_cast<uint32_t *>(memory.data());
  std::fill(words, words + (memory.size() + 3) / sizeof(*words), signalling);
}

double FunctionalEngine::runRound(unsigned round, Span<const float> input,
                                  Memory &memory, Span<float> logits) const {
  omp_set_num_threads(1);
  constexpr float undefined = std::numeric_limits<float>::quiet_NaN();
  Memory::Storage &storage = *memory.storage;
  poison(storage.dram);
  poison(storage.globalBuffer);
  const Memories memories = {plans->image, storage.dram.data(),
                             storage.globalBuffer.data()};
  writeInput(*plans->program.program().input(), input,
             memories.write(plans->input));
  uint8_t *scratch = storage.scratch.data();
  double confidence = undefined;
  for (const Kernel &kernel : plans->rounds[round]) {
    if (auto *contract = std::get_if<ContractKernel>(&kernel))
      contract->run(memories, scratch);
    else if (auto *vector = std::get_if<VectorKernel>(&kernel))
      vector->run(memories, scratch);
    else if (auto *copy = std::get_if<CopyKernel>(&kernel))
      copy->run(memories);
    else if (auto *test = std::get_if<ExitKernel>(&kernel))
      confidence = confidenceOf(
          test->rule, {memories.read<float>(test->logits), test->classes});
  }
  const float *result = memories.read<float>(plans->logits);
  std::copy(result, result + logits.size(), logits.begin());
  return confidence;
}

uint64_t FunctionalEngine::inputElements() const {
  return plans->inputElements;
}
uint64_t FunctionalEngine::logitElements() const {
  return plans->logitElements;
}
