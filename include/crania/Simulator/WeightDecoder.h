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

/// Weights D_r of one tensor, decoded from the bytes that were fetched, as the
/// PE array computes with them.
struct DecodedWeights {
  /// Type of the weights: f32, i16 or i8.
  binary::ElementType element = binary::ElementType::f32;
  /// Weights in row-major order (group, output, depth), in the host's
  /// representation of `element`.
  AlignedBytes matrix;
  template <typename T>
  Span<const T> as() const {
    return {reinterpret_cast<const T *>(matrix.data()),
            matrix.size() / sizeof(T)};
  }
  /// Number of present weights (non-zero in D_r), per tile.
  std::vector<uint32_t> present;
  /// Number of present weights in the fullest PE, per tile. PE (i, j) of an
  /// array with R rows holds, for output j of the tile, the inputs i, i+R,
  /// i+2R, ...
  std::vector<uint32_t> fullest;
  /// Number of present weights of the output that has the most, per tile.
  std::vector<uint32_t> fullestOutput;
};

/// Work of the decoder for one codec block.
struct BlockWork {
  uint32_t values = 0; ///< value words of the block
  uint64_t cycles = 0; ///< on the target's decoder
  /// Energy of decoding the block, in 10^-3 pJ, if the layout defines one.
  uint64_t femtojoules = 0;
  /// True if bits of the block tell which positions hold values, so that the
  /// plain decoder scans all positions. A block of layout `raw` has no such
  /// bits.
  bool scansPositions = false;
};

/// Functional model of the weight path of a program. It follows the Fetch and
/// Release commands of every round, keeps the bytes that they bring on chip,
/// and decodes only these bytes for each Contract. Each round must fetch the
/// weights that it uses, so that it can run after any other; a fetch of blocks
/// that the store holds moves nothing.
class WeightDecoder {
public:
  /// Decodes the weights of all rounds. Fails, naming the command, if it uses a
  /// tile whose bytes were not fetched, if retained blocks overlap, if bytes do
  /// not decode, or if staged bytes are never decoded. Fails, naming the
  /// weights, if they are integers whose sums of products could exceed 32 bits
  /// (i8) or 48 bits (i16) for some input.
  static Result<WeightDecoder> create(const ProgramView &program);

  /// Returns the weights D_r of a tensor for r = `clusters`. Tiles that no
  /// Contract uses are 0. Returns null if no Contract uses the tensor with that
  /// many clusters.
  const DecodedWeights *find(uint32_t weights, unsigned clusters) const;

  /// Returns the work of the decoder for a block (an id of ProgramView::block).
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
