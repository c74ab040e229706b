// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Closed forms of the memory against the simulated one.

#include "AnyProgram.h"

#include "crania/Simulator/Timing/Timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace crania;
using namespace crania::test;
using namespace crania::simulator;

namespace {

/// The counts without what only a memory with a time has.
Counts eventsOf(Counts counts) {
  counts.cycles = 0;
  counts.stalls = {};
  for (Unit unit : {Unit::weightDma, Unit::activationDma, Unit::dram})
    counts.busy[size_t(unit)] = 0;
  counts.dramPendingCycles = counts.rowActivates = counts.refreshes = 0;
  counts.dramActiveClocks = counts.dramPrechargedClocks = 0;
  return counts;
}

} // namespace

/// All events are those of the simulation, in all and by layer, and no
/// simulation is faster.
RC_GTEST_PROP(ClosedForm, CountsWhatTheSimulationCounts, ()) {
  MicroProgram program = anyMicroProgram();
  for (unsigned round = 0; round < program.program.program.rounds.size();
       ++round) {
    binary::CopyT store; // writes a part of the input back
    store.source = MicroProgram::input;
    store.destination = MicroProgram::inputDram;
    store.extents = {1};
    store.source_strides = store.destination_strides = {1};
    program.add(std::move(store), {0}, round);
  }
  auto target = target::parseTarget(program.program.program.target);
  if (target->weightStore.isCache()) {
    auto executable = program.load();
    RC_ASSERT(!closedForm(executable->program(), executable->work(), 0, {}));
    return;
  }
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  const auto inputs = *rc::gen::inRange(1u, 4u);
  WeightStore store;
  for (unsigned round = 0; round < executable->rounds(); ++round) {
    auto simulated = simulateRound(executable->program(), executable->work(),
                                   round, store, inputs);
    auto closed = closedForm(executable->program(), executable->work(), round,
                             store, inputs);
    RC_ASSERT(simulated && closed);
    RC_ASSERT(eventsOf(closed->total) == eventsOf(simulated->total));
    for (size_t i = 0; i < closed->byLabel.size(); ++i)
      RC_ASSERT(eventsOf(closed->byLabel[i]) ==
                eventsOf(simulated->byLabel[i]));
    RC_ASSERT(closed->total.cycles <= simulated->total.cycles);
    RC_ASSERT(closed->storeAfter == simulated->storeAfter);
    store = closed->storeAfter;
  }
}

/// The cycles equal those of the simulation where nothing waits for DRAM: for
/// layers whose weights the store holds and whose input is on chip.
RC_GTEST_PROP(ClosedForm, IsExactWhereNothingWaitsForDram, ()) {
  target::TargetModel target;
  target.array.rows = *rc::gen::inRange(1u, 9u);
  target.array.cols = *rc::gen::inRange(1u, 9u);
  target.array.weightsPerPE = *rc::gen::inRange(1u, 5u);
  target.array.weightLoad = *rc::gen::element(
      target::WeightLoad::serial, target::WeightLoad::doubleBuffered);
  target.array.dataflow = *rc::gen::element(target::Dataflow::weightStationary,
                                            target::Dataflow::outputStationary);
  target.decoder.lanes = *rc::gen::inRange(1u, 17u);
  target.vectorUnit.lanes = *rc::gen::inRange(1u, 17u);
  target.globalBuffer.bytesPerCycle = *rc::gen::element(16u, 64u, 1024u);
  const auto outputs = *rc::gen::inRange(8u, 40u),
             depth = *rc::gen::inRange(8u, 40u),
             pixels = *rc::gen::inRange(128u, 160u);
  // One element of input is copied, for which nothing but the exit test waits.
  MicroProgram program(target, 1, outputs * pixels);
  const uint32_t activations =
      program.addBuffer("activations", uint64_t(depth) * pixels);
  std::vector<float> values(size_t(outputs) * depth);
  for (float &value : values)
    value = float(*rc::gen::inRange(0, 3));
  const uint32_t w = program.addWeights({1, outputs, depth}, values,
                                        std::vector<uint8_t>(values.size(), 1),
                                        "bitmap", binary::Residency::retained);
  program.addFetch(w, 1);
  auto contract = matrixProduct(program, w, 1, pixels);
  contract.input->buffer = activations;
  const uint32_t done = program.add(std::move(contract));
  program.add(reluInPlace(outputs * pixels), {}, 0, int32_t(done));
  auto executable = program.load();
  RC_ASSERT(executable != nullptr);
  const ProgramView &view = executable->program();
  auto cold = simulateRound(view, executable->work(), 0, {});
  RC_ASSERT(bool(cold));
  auto simulated = simulateRound(view, executable->work(), 0, cold->storeAfter);
  auto closed = closedForm(view, executable->work(), 0, cold->storeAfter);
  RC_ASSERT(simulated && closed);
  // The vector unit's work on so many outputs hides the copy.
  constexpr uint64_t copyCycles = 60;
  RC_ASSERT(closed->total.cycles > copyCycles);
  RC_ASSERT(closed->total.cycles == simulated->total.cycles);
  RC_ASSERT(closed->total.stalls == simulated->total.stalls);
  RC_ASSERT(closed->total.busy[size_t(Unit::array)] ==
            simulated->total.busy[size_t(Unit::array)]);
}
