// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Execution/FunctionalEngine.h"
#include "ContractKernel.h"
#include "CopyKernel.h"
#include "OutputReader.h"
#include "Quantize.h"
#include "VectorKernel.h"
#include "WriteProof.h"
#include "crania/Simulator/Program/ExitRule.h"

#include <algorithm>
#include <cassert>
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

/// Kernels lie side by side and are small: those of a round are looked at once
/// for each input, and are in no near cache then.
using Kernel =
    std::variant<ContractKernel, FusedVector,
                 std::unique_ptr<const VectorKernel>, CopyKernel, ExitKernel>;

struct FunctionalEngine::Plans {
  Plans(const ProgramView &program, SumOrder order);

  /// A command that computes something, and its number in the round.
  struct Step {
    uint32_t command;
    Kernel kernel;
    bool isTakenOn = false; // by the step before, in a run that no one observes
  };

  std::optional<Kernel> planCommand(const binary::Command &command,
                                    const WeightDecoder &weights,
                                    ContractionPlanner &planner) const;
  bool takeOn(Step &before, const Kernel &kernel, unsigned round) const;
  void planRound(unsigned round, const WeightDecoder &weights,
                 ContractionPlanner &planner);
  Memories reset(Memory::Storage &storage, Span<const float> input) const;
  Memories memoriesOf(Memory::Storage &storage) const;

  ProgramView program;
  HostFeatures features;    // for contractions
  bool writesBeforeItReads; // in every round
  DramPlacement dram;
  std::vector<std::vector<Step>> rounds;
  size_t scratchBytes = 0, globalBufferBytes = 0;
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

static Kernel planVector(const ProgramView &program,
                         const binary::Vector &vector) {
  VectorKernel kernel = VectorKernel::plan(program, vector);
  if (kernel.fusedVector())
    return *kernel.fusedVector();
  return std::make_unique<const VectorKernel>(std::move(kernel));
}

/// The kernel of a command; none for one that computes nothing.
std::optional<Kernel>
FunctionalEngine::Plans::planCommand(const binary::Command &command,
                                     const WeightDecoder &weights,
                                     ContractionPlanner &planner) const {
  if (const binary::Contract *contract = command.body_as_Contract())
    return ContractKernel::plan(
        program, *contract,
        *weights.find(contract->weights(), contract->clusters()), planner);
  if (const binary::Vector *vector = command.body_as_Vector())
    return planVector(program, *vector);
  if (const binary::Copy *copy = command.body_as_Copy())
    return CopyKernel::plan(program, *copy, dram);
  if (const binary::ExitTest *test = command.body_as_ExitTest())
    return ExitKernel{dram(locate(program, test->logits(), test->offset())),
                      test->classes(), program.program().exit_rule()};
  return std::nullopt;
}

static size_t scratchOf(const Kernel &kernel) {
  if (auto *contract = std::get_if<ContractKernel>(&kernel))
    return contract->scratchBytes();
  if (auto *vector = std::get_if<std::unique_ptr<const VectorKernel>>(&kernel))
    return (*vector)->scratchBytes();
  return 0;
}

/// Lets a contraction do the work of the kernel after it. Returns true if it
/// can.
bool FunctionalEngine::Plans::takeOn(Step &before, const Kernel &kernel,
                                     unsigned round) const {
  auto *contract = std::get_if<ContractKernel>(&before.kernel);
  auto *vector = std::get_if<FusedVector>(&kernel);
  if (!contract || !vector)
    return false;
  const binary::Command &command = *program.commands(round).Get(before.command);
  return contract->takeOn(*vector,
                          shapeOf(program, *command.body_as_Contract()));
}

void FunctionalEngine::Plans::planRound(unsigned round,
                                        const WeightDecoder &weights,
                                        ContractionPlanner &planner) {
  rounds.emplace_back();
  const auto &commands = program.commands(round);
  for (uint32_t i = 0; i < commands.size(); ++i) {
    std::optional<Kernel> kernel =
        planCommand(*commands.Get(i), weights, planner);
    if (!kernel)
      continue;
    scratchBytes = std::max(scratchBytes, scratchOf(*kernel));
    const bool isTakenOn =
        !rounds.back().empty() && takeOn(rounds.back().back(), *kernel, round);
    rounds.back().push_back({i, std::move(*kernel), isTakenOn});
  }
}

static bool writesBeforeItReadsInAllRounds(const ProgramView &program) {
  for (unsigned round = 0; round < program.rounds(); ++round)
    if (!writesBeforeItReads(program, round))
      return false;
  return true;
}

FunctionalEngine::Plans::Plans(const ProgramView &view, SumOrder order)
    : program(view), features{hostIsa(), order == SumOrder::fastest},
      writesBeforeItReads(writesBeforeItReadsInAllRounds(view)),
      dram(view, writesBeforeItReads) {
  for (const binary::Buffer *buffer : *program.program().buffers())
    if (buffer->space() == binary::Space::global_buffer)
      globalBufferBytes = std::max<size_t>(globalBufferBytes,
                                           buffer->offset() + buffer->bytes());
  image = program.image().data();
  input = dram(locate(program, program.program().input()->buffer(), 0));
  logits = dram(locate(program, program.program().logits()->buffer(), 0));
  inputElements = program.inputElements();
  logitElements = program.logitElements();
}

FunctionalEngine::FunctionalEngine(const ProgramView &program,
                                   const WeightDecoder &weights, SumOrder order)
    : plans(std::make_unique<Plans>(program, order)) {
  ContractionPlanner planner(plans->features);
  for (unsigned round = 0; round < program.rounds(); ++round)
    plans->planRound(round, weights, planner);
}

FunctionalEngine::Memory FunctionalEngine::allocate() const {
  auto storage = std::make_unique<Memory::Storage>();
  storage->dram = AlignedBytes(plans->dram.bytes());
  // Vector commands, which are on chip only, read on behind the last element.
  storage->globalBuffer =
      AlignedBytes(plans->globalBufferBytes + LaneKernels::maximumOverread);
  storage->scratch = AlignedBytes(plans->scratchBytes);
  return Memory(std::move(storage));
}

/// Makes memory show that nothing wrote it: a NaN in f32, and in integers
/// numbers that quantized values hardly are, -128 in three of four i8.
static void poison(AlignedBytes &memory) {
  constexpr uint32_t signalling = 0x7f808080;
  // Whole words: the last line of the memory is there in full.
  auto *words = reinterpret_cast<uint32_t *>(memory.data());
  std::fill_n(words, (memory.size() + 3) / sizeof(uint32_t), signalling);
}

/// Poisons the machine's memories, unless no round can see it, and puts the
/// input where it belongs.
Memories FunctionalEngine::Plans::reset(Memory::Storage &storage,
                                        Span<const float> input) const {
  assert(input.size() <= inputElements &&
         "the input is larger than its buffer");
  if (!writesBeforeItReads) {
    poison(storage.dram);
    poison(storage.globalBuffer);
  }
  const Memories memories = {image, storage.dram.data(),
                             storage.globalBuffer.data()};
  writeInput(*program.program().input(), input, memories.write(this->input));
  return memories;
}

/// Runs a command, a contraction without what it took on; the result is the
/// confidence of an exit test.
static std::optional<double> run(const Kernel &kernel, const Memories &memories,
                                 uint8_t *scratch) {
  if (auto *contract = std::get_if<ContractKernel>(&kernel))
    contract->run(memories, scratch);
  else if (auto *fused = std::get_if<FusedVector>(&kernel))
    fused->run(memories, laneKernelsFor(hostIsa()));
  else if (auto *vector =
               std::get_if<std::unique_ptr<const VectorKernel>>(&kernel))
    (*vector)->run(memories, scratch);
  else if (auto *copy = std::get_if<CopyKernel>(&kernel))
    copy->run(memories);
  else if (auto *test = std::get_if<ExitKernel>(&kernel))
    return confidenceOf(test->rule,
                        {memories.read<float>(test->logits), test->classes});
  return std::nullopt;
}

/// Runs a command, and what it took on, for each input of a batch.
static void runStep(const Kernel &kernel, const std::vector<Memories> &memories,
                    Span<FunctionalEngine::Item> batch, uint8_t *scratch) {
  for (size_t i = 0; i < batch.size(); ++i)
    if (auto *contract = std::get_if<ContractKernel>(&kernel))
      contract->runAll(memories[i], scratch);
    else if (auto confidence = run(kernel, memories[i], scratch))
      batch[i].confidence = *confidence;
}

/// Asks for a step, which has left the near caches since the input before.
template <typename Step>
static void prefetch(const Step &step) {
  constexpr size_t line = AlignedBytes::alignment;
  for (size_t at = 0; at < sizeof(Step); at += line)
    __builtin_prefetch(reinterpret_cast<const char *>(&step) + at);
}

void FunctionalEngine::runRound(unsigned round, Span<Item> batch) const {
  assert(round < plans->rounds.size() && !batch.empty() &&
         "a batch of no round or input");
  std::vector<Memories> memories;
  memories.reserve(batch.size());
  for (Item &item : batch) {
    assert(item.memory && item.logits.size() <= plans->logitElements &&
           "more logits than the program has");
    memories.push_back(plans->reset(*item.memory->storage, item.input));
    item.confidence = std::numeric_limits<double>::quiet_NaN();
  }
  // One scratch memory for all: no command leaves anything in it.
  uint8_t *scratch = batch[0].memory->storage->scratch.data();
  const std::vector<Plans::Step> &steps = plans->rounds[round];
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i + 1 < steps.size())
      prefetch(steps[i + 1]);
    if (!steps[i].isTakenOn)
      runStep(steps[i].kernel, memories, batch, scratch);
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    const float *result = memories[i].read<float>(plans->logits);
    std::copy(result, result + batch[i].logits.size(), batch[i].logits.begin());
  }
}

double FunctionalEngine::runRound(unsigned round, Span<const float> input,
                                  Memory &memory, Span<float> logits) const {
  Item item = {input, &memory, logits};
  runRound(round, {&item, 1});
  return item.confidence;
}

void FunctionalEngine::observeRound(unsigned round, Span<const float> input,
                                    Memory &memory,
                                    const Observer &observe) const {
  const Memories memories = plans->reset(*memory.storage, input);
  std::vector<float> elements;
  for (const Plans::Step &step : plans->rounds[round]) {
    run(step.kernel, memories, memory.storage->scratch.data());
    const binary::Command &command =
        *plans->program.commands(round).Get(step.command);
    if (readOutput(plans->program, command, memories, elements))
      observe(step.command, elements);
  }
}

void FunctionalEngine::begin(Span<const float> input, Memory &memory) const {
  plans->reset(*memory.storage, input);
}

Memories FunctionalEngine::Plans::memoriesOf(Memory::Storage &storage) const {
  return {image, storage.dram.data(), storage.globalBuffer.data()};
}

void FunctionalEngine::runCommand(unsigned round, uint32_t command,
                                  Span<Memory *> memories) const {
  for (const Plans::Step &step : plans->rounds[round])
    if (step.command == command)
      for (Memory *memory : memories)
        run(step.kernel, plans->memoriesOf(*memory->storage),
            memory->storage->scratch.data());
}

void FunctionalEngine::runContract(unsigned round, uint32_t command,
                                   const DecodedWeights &weights,
                                   Span<Memory *> memories) const {
  const binary::Command &contract =
      *plans->program.commands(round).Get(command);
  assert(contract.body_as_Contract() && "the command is not a contract");
  ContractionPlanner planner(plans->features);
  const ContractKernel kernel = ContractKernel::plan(
      plans->program, *contract.body_as_Contract(), weights, planner);
  AlignedBytes scratch(kernel.scratchBytes());
  for (Memory *memory : memories)
    kernel.run(plans->memoriesOf(*memory->storage), scratch.data());
}

Span<uint8_t> FunctionalEngine::contentsOf(uint32_t buffer,
                                           Memory &memory) const {
  const binary::Buffer &b = *plans->program.program().buffers()->Get(buffer);
  const Location place = plans->dram(locate(plans->program, buffer, 0));
  return {plans->memoriesOf(*memory.storage).write(place), b.bytes()};
}

uint64_t FunctionalEngine::inputElements() const {
  return plans->inputElements;
}
uint64_t FunctionalEngine::logitElements() const {
  return plans->logitElements;
}
size_t FunctionalEngine::memoryBytes() const {
  return plans->dram.bytes() + plans->globalBufferBytes;
}
