// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Report/Compulsory.h"
#include "crania/Simulator/Accounting/Energy.h"

#include <algorithm>

using namespace crania;
using namespace crania::runtime;
using simulator::ProgramView;

namespace {

/// Returns the bytes of the blocks for which a predicate holds, by cluster.
template <typename Predicate>
std::vector<uint64_t> bytesByCluster(const ProgramView &program,
                                     Predicate counts) {
  std::vector<uint64_t> bytes;
  for (uint32_t i = 0; i < program.blockCount(); ++i) {
    const ProgramView::Block &block = program.block(i);
    bytes.resize(std::max<size_t>(bytes.size(), block.cluster + 1));
    if (counts(block))
      bytes[block.cluster] += block.bytes;
  }
  return bytes;
}

/// Returns the sum over the inputs of the bytes of clusters 1 to the exit
/// round.
uint64_t readOncePerInput(const std::vector<uint64_t> &clusters,
                          const Performance &performance) {
  uint64_t upToRound = 0, sum = 0;
  for (size_t round = 0; round < performance.exits.size(); ++round) {
    if (round < clusters.size())
      upToRound += clusters[round];
    sum += upToRound * performance.exits[round];
  }
  return sum;
}

/// Returns the bytes of clusters 1 to the latest exit round of all inputs.
uint64_t readOnce(const std::vector<uint64_t> &clusters,
                  const Performance &performance) {
  size_t rounds = performance.exits.size();
  while (rounds != 0 && performance.exits[rounds - 1] == 0)
    --rounds;
  uint64_t sum = 0;
  for (size_t i = 0; i < std::min(rounds, clusters.size()); ++i)
    sum += clusters[i];
  return sum;
}

} // namespace

std::vector<uint64_t>
runtime::weightBytesByCluster(const ProgramView &program) {
  return bytesByCluster(program,
                        [](const ProgramView::Block &) { return true; });
}

uint64_t runtime::compulsoryWeightBytes(const Performance &performance,
                                        const ProgramView &program) {
  return readOncePerInput(weightBytesByCluster(program), performance);
}

std::optional<double> runtime::weightRefetch(const Performance &performance,
                                             const ProgramView &program) {
  const uint64_t compulsory = compulsoryWeightBytes(performance, program);
  if (compulsory == 0)
    return std::nullopt;
  return double(performance.total.weightBytesTotal()) / double(compulsory);
}

double runtime::energyBound(const Performance &performance,
                            const ProgramView &program) {
  auto mayBeKept = [&](const ProgramView::Block &block) {
    const auto &store = program.target().weightStore;
    return store.isCache() ? block.cluster < store.allocateClusters
                           : program.isRetained(block.weights, block.cluster);
  };
  auto isStreamed = [&](const ProgramView::Block &block) {
    return !mayBeKept(block);
  };
  const double weights =
      double(
          readOncePerInput(bytesByCluster(program, isStreamed), performance)) /
          performance.sweepInputs +
      double(readOnce(bytesByCluster(program, mayBeKept), performance));
  const simulator::Counts &counts = performance.total;
  const double bytes =
      weights + double(counts.parameterBytes + counts.activationBytes());
  const target::TargetModel &target = program.target();
  return bytes * target.dramPicojoulesPerByte() +
         macPicojoulesOf(counts, target);
}
