// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_WEIGHTDECODER_H
#define CRANIA_SIMULATOR_WEIGHTDECODER_H

#include "crania/Simulator/ProgramView.h"
#include "crania/Support/AlignedBytes.h"

#include <map>
#include <memory>
#include <vector>

namespace crania::simulator {

/// The weights D_r of one tensor as the PE array computes with them, decoded
/// from the bytes that were fetched.
struct DecodedWeights {
  /// Of the weights: f32, i16 or i8.
  binary::ElementType element = binary::ElementType::f32;
  /// Row-major (group, output, depth), as the host has that type.
  AlignedBytes matrix;
  template <typename T>
  Span<const T> as() const {
    return {reinterpret_cast<const T *>(matrix.data()),
            matrix.size() / sizeof(T)};
  }
  /// Per tile: how many weights are present (non-zero in D_r).
  std::vector<uint32_t> present;
  /// Per tile: how many of them the fullest PE holds. PE (i, j) of an array
  /// with R rows holds, for output j of the tile, the inputs i, i+R, i+2R, ...
  std::vector<uint32_t> fullest;
  /// Per tile: how many the output with the most of them has.
  std::vector<uint32_t> fullestOutput;
};

/// What the decoder does for one codec block.
struct BlockWork {
  uint32_t values = 0; ///< value words of the block
  uint64_t cycles = 0; ///< on the target's decoder
  /// Energy of decoding it, 10^-3 pJ, where the layout has its own.
  uint64_t femtojoules = 0;
  /// Whether bits of the block say which positions hold values, so that the
  /// plain decoder walks over all of them; in `raw`, none do.
  bool scansPositions = false;
};

/// The weight path of a program, functionally: follows the Fetch and Release
/// commands of every round, keeps the bytes they bring on chip, and decodes
/// these bytes, and no others, for each Contract. Each round must fetch what it
/// uses (a fetch of what the store holds moves nothing), so that a round can
/// run whatever ran before it.
class WeightDecoder {
public:
  /// Walks all rounds. Errors name the command: use of a tile whose bytes were
  /// not fetched, overlapping retained blocks, bytes that do not decode, staged
  /// bytes that nothing decodes; and the weights, if they are integers whose
  /// sums of products could leave 32 bits (i8) or 48 bits (i16) for some input.
  static Result<WeightDecoder> create(const ProgramView &program);

  /// D_clusters of a tensor; tiles that no Contract uses are 0. Null if no
  /// Contract uses it with that many clusters.
  const DecodedWeights *find(uint32_t weights, unsigned clusters) const;

  /// Decoder work for a block (an index of ProgramView::block).
  const BlockWork &work(uint32_t block) const { return blockWork[block]; }

private:
  explicit WeightDecoder(size_t blocks) : blockWork(blocks) {}
  class Walk;

  std::map<std::pair<uint32_t, unsigned>, std::unique_ptr<DecodedWeights>>
      decoded;
  std::vector<BlockWork> blockWork;
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_WEIGHTDECODER_H
