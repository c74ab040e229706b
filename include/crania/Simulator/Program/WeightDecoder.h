// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_PROGRAM_WEIGHTDECODER_H
#define CRANIA_SIMULATOR_PROGRAM_WEIGHTDECODER_H

#include "crania/Simulator/Program/ProgramView.h"
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

  /// Returns the number of value words of a block (an id of
  /// ProgramView::block), or 0 if no Contract uses the block.
  uint32_t valuesIn(uint32_t block) const { return values[block]; }

private:
  explicit WeightDecoder(size_t blocks) : values(blocks) {}
  class Walk;

  std::map<std::pair<uint32_t, unsigned>, std::unique_ptr<DecodedWeights>>
      decoded;
  std::vector<uint32_t> values; // by block
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_PROGRAM_WEIGHTDECODER_H
