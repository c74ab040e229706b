// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_PROGRAM_PROGRAMVIEW_H
#define CRANIA_SIMULATOR_PROGRAM_PROGRAMVIEW_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Target/TargetModel.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace crania::simulator {

/// Returns the precision that the machine has for a type of weights.
target::Precision precisionOf(binary::ElementType type);

/// One program of a verified device binary, prepared for the simulator: the
/// target is parsed, and tilings and encodings are looked up. A view is cheap
/// to copy and keeps the bytes of the binary alive.
class ProgramView {
public:
  /// Creates the view of program number `program` of a bundle. Fails if an
  /// encoding is not registered, if an encoding could not have made its tables
  /// or directory, or if the target has no room for the decoder of an encoding;
  /// the error names the encoding. The device binary has been verified, so
  /// nothing else can be wrong.
  static Result<ProgramView> create(const binary::DeviceBinary &bundle,
                                    size_t program);

  /// An encoded codec block of a cluster.
  struct Block {
    uint32_t weights; ///< index into the program's weights
    uint32_t cluster; ///< from 0
    uint32_t index;   ///< within its segment
    uint64_t address; ///< in the program's image
    uint64_t bytes;
    /// The part of `bytes` that holds tables and directory, which precede the
    /// first block of a segment.
    uint64_t headBytes;
    uint64_t storeOffset; ///< in the weight store, if retained
    uint32_t tileBegin, tileEnd;
  };

  const binary::Program &program() const { return *flat; }
  const target::TargetModel &target() const { return machine; }
  /// Returns the precision that the program declares. Computation and cost go
  /// by the precision of each tensor of weights and of each instruction
  /// instead.
  target::Precision precision() const { return arithmetic; }
  target::Precision precisionOf(uint32_t weights) const {
    return simulator::precisionOf(this->weights(weights).element());
  }
  /// Returns the widest precision of the weights, for which the PE array has to
  /// be built.
  target::Precision widestPrecision() const;
  std::string name() const { return flat->name()->str(); }
  unsigned rounds() const { return flat->rounds()->size(); }
  /// Returns the commands of a round (from 0).
  const flatbuffers::Vector<flatbuffers::Offset<binary::Command>> &
  commands(unsigned round) const {
    return *flat->rounds()->Get(round)->commands();
  }
  /// Returns a description for messages: "round 2, command 7 (fc1, Contract)".
  std::string describe(unsigned round, uint32_t command) const;
  std::string labelOf(const binary::Command &command) const;

  const binary::Weights &weights(uint32_t index) const {
    return *flat->weights()->Get(index);
  }
  const encoding::Tiling &tiling(uint32_t weights) const {
    return tilings[weights];
  }
  unsigned clusters(uint32_t weights) const {
    return this->weights(weights).segments()->size();
  }
  const binary::Segment &segment(uint32_t weights, unsigned cluster) const {
    return *this->weights(weights).segments()->Get(cluster);
  }
  /// Returns the coder of a cluster, with the tables of its segment.
  const encoding::SegmentCoder &coder(uint32_t weights,
                                      unsigned cluster) const {
    return *coders[weights][cluster];
  }
  /// Returns the area of the decoder that the encodings of the program need, in
  /// um2.
  double decoderUm2() const;
  bool isRetained(uint32_t weights, unsigned cluster) const {
    return segment(weights, cluster).residency() == binary::Residency::retained;
  }

  uint32_t blockCount() const { return uint32_t(blockList.size()); }
  const Block &block(uint32_t id) const { return blockList[id]; }
  /// Half-open range of block ids.
  struct BlockRange {
    uint32_t begin, end;
  };
  /// Returns the blocks of a cluster that code tiles [tileBegin, tileEnd).
  /// Fails if the range cuts a block in two.
  Result<BlockRange> blocksOf(uint32_t weights, unsigned cluster,
                              uint32_t tileBegin, uint32_t tileEnd) const;

  /// Returns the id of the block of a cluster that codes a tile.
  uint32_t blockOf(uint32_t weights, unsigned cluster, uint32_t tile) const;

  Span<const uint8_t> image() const { return bundle.image(programIndex); }
  /// Returns the encoded bytes of a block.
  Span<const uint8_t> bytesOf(const Block &block) const {
    return image().slice(block.address, block.bytes);
  }

  /// Returns what the decoder needs to decode a block besides its bytes.
  /// `known` has an element for each position of the block, which tells what
  /// earlier clusters say of the position: 1 if they hold it, or in a refined
  /// cluster, the index of the word that the cluster before has there. Before
  /// the first cluster, all are 0. The result points into `known`.
  encoding::BlockContext contextOf(const Block &block,
                                   Span<const uint8_t> known) const;
  /// Updates `known` with the codes of a block, for the next cluster. Fails if
  /// the block has a word that the next cluster does not refine.
  Status noteKnown(const Block &block, const encoding::BlockCodes &codes,
                   Span<uint8_t> known) const;

  /// Return the number of elements of the input and of the logits.
  uint64_t inputElements() const;
  uint64_t logitElements() const;

private:
  explicit ProgramView(binary::DeviceBinary bundle, size_t program);
  Status indexWeights();
  Status indexSegment(uint32_t weights, unsigned cluster);
  Status
  parseTables(const binary::Segment &segment, unsigned wordBits,
              std::shared_ptr<const encoding::SegmentCoder> &coder) const;
  Status checkDecoder() const;

  binary::DeviceBinary bundle;
  size_t programIndex;
  const binary::Program *flat;
  target::TargetModel machine;
  target::Precision arithmetic = target::Precision::f32;
  std::vector<encoding::Tiling> tilings;
  std::vector<std::vector<std::shared_ptr<const encoding::SegmentCoder>>>
      coders;
  std::vector<Block> blockList;
  std::vector<std::vector<uint32_t>> firstBlock; // per weights and cluster
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_PROGRAM_PROGRAMVIEW_H
