// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Report/TrafficBounds.h"
#include "crania/Simulator/Accounting/Energy.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

using namespace crania;
using namespace crania::runtime;
using simulator::ProgramView;

namespace {

/// Returns the bytes of the blocks whose ids fulfill a predicate, by cluster.
template <typename Predicate>
std::vector<uint64_t> bytesByCluster(const ProgramView &program,
                                     Predicate counts) {
  std::vector<uint64_t> bytes;
  for (uint32_t i = 0; i < program.blockCount(); ++i) {
    const ProgramView::Block &block = program.block(i);
    bytes.resize(std::max<size_t>(bytes.size(), block.cluster + 1));
    if (counts(i))
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

/// The blocks that the weight store may keep from input to input. A cache goes
/// by addresses, so it also keeps a block for other tensors that share its
/// bytes, even if their cluster does not allocate.
class KeptBlocks {
public:
  explicit KeptBlocks(const ProgramView &program) : program(program) {
    if (!program.target().weightStore.isCache())
      return;
    for (uint32_t i = 0; i < program.blockCount(); ++i) {
      const ProgramView::Block &block = program.block(i);
      if (block.bytes == 0)
        continue; // its address is that of the next block
      const uint32_t first =
          firstAt.try_emplace(block.address, i).first->second;
      if (block.cluster < program.block(first).cluster)
        firstAt[block.address] = i;
    }
  }

  bool mayKeep(uint32_t id) const {
    const ProgramView::Block &block = program.block(id);
    const auto &store = program.target().weightStore;
    if (!store.isCache())
      return program.isRetained(block.weights, block.cluster);
    return program.block(firstOf(id)).cluster < store.allocateClusters;
  }

  /// Returns true if a block may be kept and has bytes of its own. Of the
  /// blocks that share bytes in a cache, the one of the lowest cluster has
  /// them.
  bool mayKeepOnce(uint32_t id) const {
    return mayKeep(id) && firstOf(id) == id;
  }

private:
  uint32_t firstOf(uint32_t id) const {
    const auto it = firstAt.find(program.block(id).address);
    return it == firstAt.end() ? id : it->second;
  }

  const ProgramView &program;
  /// In a cache, the block of the lowest cluster at each address.
  std::unordered_map<uint64_t, uint32_t> firstAt;
};

} // namespace

std::vector<uint64_t>
runtime::weightBytesByCluster(const ProgramView &program) {
  return bytesByCluster(program, [](uint32_t) { return true; });
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
  assert(performance.sweepInputs > 0 && "sweeps of no inputs");
  const KeptBlocks kept(program);
  auto isStreamed = [&](uint32_t block) { return !kept.mayKeep(block); };
  auto isKept = [&](uint32_t block) { return kept.mayKeepOnce(block); };
  const double weights =
      double(
          readOncePerInput(bytesByCluster(program, isStreamed), performance)) /
          performance.sweepInputs +
      double(readOnce(bytesByCluster(program, isKept), performance));
  const simulator::Counts &counts = performance.total;
  const double bytes =
      weights + double(counts.parameterBytes + counts.activationBytes());
  const target::TargetModel &target = program.target();
  return bytes * target.dramPicojoulesPerByte() +
         macPicojoulesOf(counts, target);
}
