// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_PROGRAMVIEW_H
#define CRANIA_SIMULATOR_PROGRAMVIEW_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Layout/SegmentLayout.h"
#include "crania/Target/TargetModel.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace crania::simulator {

/// The machine's name of a type of weights.
target::Precision precisionOf(binary::ElementType type);

/// One program of a verified device binary, prepared for the simulator: the
/// target parsed, tilings and layouts looked up. Cheap to copy; it keeps the
/// bytes alive.
class ProgramView {
public:
  /// Refuses, by name, a layout that is not registered, tables or a directory
  /// that its layout could not have made, and layouts whose decoder the target
  /// has no room for. The device binary has been verified, so nothing else can
  /// be wrong.
  static Result<ProgramView> create(const binary::DeviceBinary &bundle,
                                    size_t program);

  /// One encoded codec block of one cluster.
  struct Block {
    uint32_t weights; ///< index into the program's weights
    uint32_t cluster; ///< from 0
    uint32_t index;   ///< within its segment
    uint64_t address; ///< in the program's image
    uint64_t bytes;
    /// Of these, tables and directory, before the first block of a segment.
    uint64_t headBytes;
    uint64_t storeOffset; ///< in the weight store, if retained
    uint32_t tileBegin, tileEnd;
  };

  const binary::Program &program() const { return *flat; }
  const target::TargetModel &target() const { return machine; }
  /// What the program calls its arithmetic. What is computed and charged is
  /// that of each tensor of weights, and of each instruction.
  target::Precision precision() const { return arithmetic; }
  target::Precision precisionOf(uint32_t weights) const {
    return simulator::precisionOf(this->weights(weights).element());
  }
  /// Of the weights, which the PE array has to be built for.
  target::Precision widestPrecision() const;
  std::string name() const { return flat->name()->str(); }
  unsigned rounds() const { return flat->rounds()->size(); }
  /// Commands of a round, counted from 0.
  const flatbuffers::Vector<flatbuffers::Offset<binary::Command>> &
  commands(unsigned round) const {
    return *flat->rounds()->Get(round)->commands();
  }
  /// "round 2, command 7 (fc1, Contract)", for messages.
  std::string describe(unsigned round, uint32_t command) const;
  std::string labelOf(const binary::Command &command) const;

  const binary::Weights &weights(uint32_t index) const {
    return *flat->weights()->Get(index);
  }
  const layout::Tiling &tiling(uint32_t weights) const {
    return tilings[weights];
  }
  unsigned clusters(uint32_t weights) const {
    return this->weights(weights).segments()->size();
  }
  const binary::Segment &segment(uint32_t weights, unsigned cluster) const {
    return *this->weights(weights).segments()->Get(cluster);
  }
  /// With the tables of the segment.
  const layout::SegmentCoder &coder(uint32_t weights, unsigned cluster) const {
    return *coders[weights][cluster];
  }
  /// The decoder that the layouts of the program need, um2.
  double decoderUm2() const;
  bool isRetained(uint32_t weights, unsigned cluster) const {
    return segment(weights, cluster).residency() == binary::Residency::retained;
  }

  uint32_t blockCount() const { return uint32_t(blockList.size()); }
  const Block &block(uint32_t id) const { return blockList[id]; }
  /// Ids of the blocks of a cluster that code tiles [tileBegin, tileEnd), as a
  /// half-open range. An error if the range cuts a block in two.
  struct BlockRange {
    uint32_t begin, end;
  };
  Result<BlockRange> blocksOf(uint32_t weights, unsigned cluster,
                              uint32_t tileBegin, uint32_t tileEnd) const;

  /// Id of the block of a cluster that codes a tile.
  uint32_t blockOf(uint32_t weights, unsigned cluster, uint32_t tile) const;

  Span<const uint8_t> image() const { return bundle.image(programIndex); }
  /// Encoded bytes of a block.
  Span<const uint8_t> bytesOf(const Block &block) const {
    return image().slice(block.address, block.bytes);
  }

  /// What the decoder is told of a block besides its bytes, if `known` says of
  /// its positions what earlier clusters tell of them: whether they hold it or,
  /// if they are refined, the index of the word that the last one has there. At
  /// first, all 0. Points into `known`.
  layout::BlockContext contextOf(const Block &block,
                                 Span<const uint8_t> known) const;
  /// Adds what a block tells the next cluster. Fails if it has a word that the
  /// next cluster does not refine.
  Status noteKnown(const Block &block, const layout::BlockCodes &codes,
                   Span<uint8_t> known) const;

  /// Elements of the input and of the logits.
  uint64_t inputElements() const;
  uint64_t logitElements() const;

private:
  explicit ProgramView(binary::DeviceBinary bundle, size_t program);
  Status indexWeights();
  Status indexSegment(uint32_t weights, unsigned cluster);
  Status parseTables(const binary::Segment &segment, unsigned wordBits,
                     std::shared_ptr<const layout::SegmentCoder> &coder) const;
  Status checkDecoder() const;

  binary::DeviceBinary bundle;
  size_t programIndex;
  const binary::Program *flat;
  target::TargetModel machine;
  target::Precision arithmetic = target::Precision::f32;
  std::vector<layout::Tiling> tilings;
  std::vector<std::vector<std::shared_ptr<const layout::SegmentCoder>>> coders;
  std::vector<Block> blockList;
  std::vector<std::vector<uint32_t>> firstBlock; // per weights and cluster
};

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_PROGRAMVIEW_H
