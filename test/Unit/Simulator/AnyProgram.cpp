// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AnyProgram.h"

#include <rapidcheck.h>

#include <random>

using namespace crania;
using namespace crania::test;
using binary::Residency;

namespace {

/// Chooses a flat DRAM of any speed, or any of the timed ones.
void chooseDram(target::TargetModel &target) {
  auto &dram = target.dram;
  dram.model =
      *rc::gen::element(target::DramModel::flat, target::DramModel::timed);
  if (dram.model == target::DramModel::flat) {
    dram.gigabytesPerSecond = *rc::gen::inRange(1, 101) / 10.0;
    dram.latencyNs = *rc::gen::inRange(0, 101);
    return;
  }
  const auto names = dram::presetNames();
  dram.memory = std::make_shared<dram::Spec>(
      *dram::findPreset(*rc::gen::elementOf(names)));
  dram.energy =
      *rc::gen::element(target::DramEnergy::flat, target::DramEnergy::commands);
  target.clockMHz = *rc::gen::element(133.3, 200.0, 1000.0);
}

void chooseCache(target::TargetModel &target) {
  auto &store = target.weightStore;
  store.policy =
      *rc::gen::element(target::StorePolicy::directMapped,
                        target::StorePolicy::lru, target::StorePolicy::fifo);
  store.lineBytes = *rc::gen::element(8, 32, 64);
  store.ways = *rc::gen::inRange(1u, 5u);
  store.bytes = uint64_t(store.lineBytes) * store.ways *
                *rc::gen::inRange<uint64_t>(1, 50);
  store.allocateClusters = *rc::gen::inRange(0u, 4u);
}

} // namespace

MicroProgram test::anyMicroProgram(Kept kept) {
  auto number = [](uint32_t low, uint32_t high) {
    return *rc::gen::inRange(low, high + 1);
  };
  target::TargetModel target;
  target.array.rows = number(1, 8);
  target.array.cols = number(1, 8);
  target.array.weightsPerPE = number(1, 4);
  target.array.weightLoad = *rc::gen::element(
      target::WeightLoad::serial, target::WeightLoad::doubleBuffered);
  target.array.dataflow = *rc::gen::element(target::Dataflow::weightStationary,
                                            target::Dataflow::outputStationary);
  target.decoder.lanes = number(1, 16);
  target.vectorUnit.lanes = number(1, 16);
  chooseDram(target);
  target.dma.requestBytes = 64 * number(1, 4);
  target.dma.outstandingRequests = number(1, 8);
  target.stagingFifo.bytes = number(1024, 8192);
  const uint32_t groups = number(1, 2), outputs = number(1, 20),
                 depth = number(1, 40), pixels = number(1, 9);
  const unsigned rounds = number(1, 3);
  const bool cached = kept == Kept::inCache ||
                      (kept == Kept::anywhere && *rc::gen::arbitrary<bool>());
  const bool retained =
      kept == Kept::anywhere && !cached && *rc::gen::arbitrary<bool>();
  if (cached)
    chooseCache(target);
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());

  MicroProgram program(target, groups * depth * pixels,
                       groups * outputs * pixels, rounds);
  std::vector<float> values(groups * outputs * depth);
  std::vector<uint8_t> clusters(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = random() % 4 == 0 ? 0 : float(random() % 9) - 4;
    clusters[i] = uint8_t(1 + random() % rounds);
  }
  for (unsigned cluster = 1; cluster <= rounds && cluster <= values.size();
       ++cluster)
    clusters[values.size() - cluster] = uint8_t(rounds + 1 - cluster);
  const uint32_t w =
      program.addWeights({groups, outputs, depth}, values, clusters, "bitmap",
                         retained ? Residency::retained : Residency::streamed);
  const unsigned available =
      unsigned(program.program.program.weights[w]->segments.size());
  for (unsigned round = 0; round < rounds; ++round) {
    const unsigned used = std::min(round + 1, available);
    const uint32_t fetch = program.addFetch(w, used, round);
    const uint32_t contract =
        program.add(matrixProduct(program, w, used, pixels), {0, fetch}, round);
    program.add(reluInPlace(groups * outputs * pixels), {}, round,
                int32_t(contract));
  }
  return program;
}
