// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/FunctionalEngine.h"
#include "ContractKernel.h"
#include "CopyKernel.h"
#include "VectorKernel.h"
#include "crania/Simulator/ExitRule.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <variant>

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

  void planRound(unsigned round, const WeightDecoder &weights,
                 ContractionPlanner &planner);
  void layOutMemories();
  Memories reset(Memory::Storage &storage, Span<const float> input) const;

  ProgramView program;
  std::vector<std::vector<Kernel>> rounds;
  size_t scratchElements = 0;
  size_t dramElements = 0, globalBufferElements = 0;
  const float *image = nullptr;
  Location input, logits;
  uint64_t inputElements = 0, logitElements = 0;
};

struct FunctionalEngine::Memory::Storage {
  std::vector<float> dram, globalBuffer, scratch;
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
                                         const WeightDecoder &weights,
                                         ContractionPlanner &planner) {
  if (const binary::Contract *contract = command.body_as_Contract())
    return ContractKernel::plan(
        program, *contract,
        *weights.find(contract->weights(), contract->clusters()), planner);
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
    return contract->scratchElements();
  if (auto *vector = std::get_if<VectorKernel>(&kernel))
    return vector->scratchElements();
  return 0;
}

void FunctionalEngine::Plans::planRound(unsigned round,
                                        const WeightDecoder &weights,
                                        ContractionPlanner &planner) {
  rounds.emplace_back();
  for (const binary::Command *command : program.commands(round)) {
    std::optional<Kernel> kernel =
        planCommand(program, *command, weights, planner);
    if (!kernel)
      continue;
    scratchElements = std::max(scratchElements, scratchOf(*kernel));
    rounds.back().push_back(std::move(*kernel));
  }
}

void FunctionalEngine::Plans::layOutMemories() {
  for (const binary::Buffer *buffer : *program.program().buffers()) {
    const size_t end = (buffer->offset() + buffer->bytes()) / sizeof(float);
    if (buffer->space() == binary::Space::dram)
      dramElements = std::max(dramElements, end);
    if (buffer->space() == binary::Space::global_buffer)
      globalBufferElements = std::max(globalBufferElements, end);
  }
  image = reinterpret_cast<const float *>(program.image().data());
  input = locate(program, program.program().input()->buffer(), 0);
  logits = locate(program, program.program().logits()->buffer(), 0);
  inputElements = program.inputElements();
  logitElements = program.logitElements();
}

FunctionalEngine::FunctionalEngine(const ProgramView &program,
                                   const WeightDecoder &weights)
    : plans(std::make_unique<Plans>(program)) {
  plans->layOutMemories();
  ContractionPlanner planner;
  for (unsigned round = 0; round < program.rounds(); ++round)
    plans->planRound(round, weights, planner);
}

FunctionalEngine::Memory FunctionalEngine::allocate() const {
  auto storage = std::make_unique<Memory::Storage>();
  storage->dram.resize(plans->dramElements);
  storage->globalBuffer.resize(plans->globalBufferElements);
  storage->scratch.resize(plans->scratchElements);
  return Memory(std::move(storage));
}

/// Fills the machine's memories with NaN and puts the input where it belongs.
Memories FunctionalEngine::Plans::reset(Memory::Storage &storage,
                                        Span<const float> input) const {
  constexpr float undefined = std::numeric_limits<float>::quiet_NaN();
  std::fill(storage.dram.begin(), storage.dram.end(), undefined);
  std::fill(storage.globalBuffer.begin(), storage.globalBuffer.end(),
            undefined);
  const Memories memories = {image, storage.dram.data(),
                             storage.globalBuffer.data()};
  std::copy(input.begin(), input.end(), memories.write(this->input));
  return memories;
}

static void run(const Kernel &kernel, const Memories &memories, float *scratch,
                FunctionalEngine::Item &item) {
  if (auto *contract = std::get_if<ContractKernel>(&kernel))
    contract->run(memories, scratch);
  else if (auto *vector = std::get_if<VectorKernel>(&kernel))
    vector->run(memories, scratch);
  else if (auto *copy = std::get_if<CopyKernel>(&kernel))
    copy->run(memories);
  else if (auto *test = std::get_if<ExitKernel>(&kernel))
    item.confidence =
        confidenceOf(test->rule, {memories.read(test->logits), test->classes});
}

void FunctionalEngine::runRound(unsigned round, Span<Item> batch) const {
  std::vector<Memories> memories;
  memories.reserve(batch.size());
  for (Item &item : batch) {
    memories.push_back(plans->reset(*item.memory->storage, item.input));
    item.confidence = std::numeric_limits<double>::quiet_NaN();
  }
  // One scratch memory for all: no command leaves anything in it.
  float *scratch = batch[0].memory->storage->scratch.data();
  for (const Kernel &kernel : plans->rounds[round])
    for (size_t i = 0; i < batch.size(); ++i)
      run(kernel, memories[i], scratch, batch[i]);
  for (size_t i = 0; i < batch.size(); ++i) {
    const float *result = memories[i].read(plans->logits);
    std::copy(result, result + batch[i].logits.size(), batch[i].logits.begin());
  }
}

double FunctionalEngine::runRound(unsigned round, Span<const float> input,
                                  Memory &memory, Span<float> logits) const {
  Item item = {input, &memory, logits};
  runRound(round, {&item, 1});
  return item.confidence;
}

uint64_t FunctionalEngine::inputElements() const {
  return plans->inputElements;
}
uint64_t FunctionalEngine::logitElements() const {
  return plans->logitElements;
}
