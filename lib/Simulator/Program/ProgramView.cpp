// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Program/ProgramView.h"

#include "crania/Encoding/BlockDirectory.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::simulator;

ProgramView::ProgramView(binary::DeviceBinary bundle, size_t program)
    : bundle(std::move(bundle)), programIndex(program),
      flat(&this->bundle.program(program)) {}

Result<ProgramView> ProgramView::create(const binary::DeviceBinary &bundle,
                                        size_t program) {
  if (program >= bundle.programCount())
    return Error{"there is no program " + std::to_string(program) +
                 ": the device binary holds " +
                 std::to_string(bundle.programCount())};
  ProgramView view(bundle, program);
  const std::string where = "program '" + view.name() + "': ";
  Result<target::TargetModel> machine =
      target::parseTarget(view.flat->target()->string_view());
  if (!machine)
    return Error{where + machine.error().message};
  view.machine = std::move(*machine);

  view.arithmetic = simulator::precisionOf(view.flat->precision());
  if (Status status = view.indexWeights(); !status)
    return Error{where + status.error().message};
  return view;
}

target::Precision simulator::precisionOf(binary::ElementType type) {
  switch (type) {
  case binary::ElementType::i16:
    return target::Precision::i16;
  case binary::ElementType::i8:
    return target::Precision::i8;
  default: // weights of a verified program are f32, i16 or i8
    return target::Precision::f32;
  }
}

target::Precision ProgramView::widestPrecision() const {
  if (flat->weights()->size() == 0)
    return arithmetic;
  binary::ElementType widest = binary::ElementType::i8;
  for (const binary::Weights *weights : *flat->weights())
    if (binary::bytesOf(weights->element()) > binary::bytesOf(widest))
      widest = weights->element();
  return simulator::precisionOf(widest);
}

Status ProgramView::indexWeights() {
  for (uint32_t w = 0; w < flat->weights()->size(); ++w) {
    tilings.push_back(binary::tilingOf(weights(w)));
    coders.emplace_back();
    firstBlock.emplace_back();
    for (unsigned c = 0; c < clusters(w); ++c)
      if (Status status = indexSegment(w, c); !status)
        return Error{"cluster " + std::to_string(c + 1) + " of '" +
                     weights(w).name()->str() + "': " + status.error().message};
    firstBlock.back().push_back(uint32_t(blockList.size()));
  }
  return checkDecoder();
}

Status ProgramView::indexSegment(uint32_t w, unsigned c) {
  const binary::Segment &s = segment(w, c);
  std::shared_ptr<const encoding::SegmentCoder> coder;
  if (Status status =
          parseTables(s, 8 * binary::bytesOf(weights(w).element()), coder);
      !status)
    return status;
  coders.back().push_back(std::move(coder));
  firstBlock.back().push_back(uint32_t(blockList.size()));
  for (uint32_t b = 0; b + 1 < s.block_offsets()->size(); ++b) {
    const uint64_t start = s.block_offsets()->Get(b);
    const uint64_t offset = b == 0 ? 0 : start;
    blockList.push_back({w, c, b, s.address() + offset,
                         s.block_offsets()->Get(b + 1) - offset, start - offset,
                         s.store_offset() + offset, s.block_tiles()->Get(b),
                         s.block_tiles()->Get(b + 1)});
  }
  return {};
}

/// Reads the tables of a segment, and compares its directory with that of the
/// metadata.
Status ProgramView::parseTables(
    const binary::Segment &s, unsigned wordBits,
    std::shared_ptr<const encoding::SegmentCoder> &coder) const {
  const std::string id = s.encoding()->str();
  const encoding::SegmentEncoding *encoding = encoding::findSegmentEncoding(id);
  if (!encoding)
    return Error{"it uses the unknown encoding '" + id +
                 "'; register it before loading the binary"};
  Result<std::unique_ptr<encoding::SegmentCoder>> parsed =
      encoding->parse(image().slice(s.address(), s.table_bytes()), wordBits);
  if (!parsed)
    return parsed.error();
  coder = std::move(*parsed);
  if (!encoding->hasTables())
    return {};
  const auto &offsets = *s.block_offsets();
  Result<std::vector<uint32_t>> sizes =
      encoding::parseDirectory(image().slice(s.address() + s.table_bytes(),
                                             offsets.Get(0) - s.table_bytes()),
                               offsets.size() - 1);
  if (!sizes)
    return sizes.error();
  for (size_t b = 0; b < sizes->size(); ++b)
    if ((*sizes)[b] != offsets.Get(b + 1) - offsets.Get(b))
      return Error{"its directory gives block " + std::to_string(b) + " " +
                   std::to_string((*sizes)[b]) + " bytes, the metadata " +
                   std::to_string(offsets.Get(b + 1) - offsets.Get(b))};
  return {};
}

double ProgramView::decoderUm2() const {
  encoding::DecoderHardware decoder(machine.decoder.blocks);
  for (uint32_t w = 0; w < coders.size(); ++w) {
    decoder.beginTensor();
    for (unsigned c = 0; c < clusters(w); ++c) {
      uint64_t largest = 0;
      for (uint32_t b = firstBlock[w][c]; b < firstBlock[w][c + 1]; ++b)
        largest =
            std::max(largest, blockList[b].bytes - blockList[b].headBytes);
      decoder.add(coder(w, c).cost(), largest);
    }
  }
  return decoder.areaUm2(machine.plainDecoderUm2());
}

Status ProgramView::checkDecoder() const {
  const double budget = machine.decoderBudgetUm2(widestPrecision());
  const double um2 = decoderUm2();
  if (um2 <= budget)
    return {};
  return Error{"its encodings need a decoder of " + std::to_string(um2) +
               " um2, but target '" + machine.name + "' leaves " +
               std::to_string(budget) +
               " um2 for it (limits.addition_percent); compile it again"};
}

encoding::BlockContext ProgramView::contextOf(const Block &block,
                                              Span<const uint8_t> known) const {
  encoding::BlockContext context;
  context.positions = known.size();
  context.valueBits = 8 * binary::bytesOf(weights(block.weights).element());
  if (!binary::isRefining(weights(block.weights)))
    context.occupied = known;
  else if (block.cluster != 0)
    context.conditions = known;
  return context;
}

/// The index of each word among those that the next cluster refines.
static Status indexWords(const encoding::BlockCodes &codes,
                         const flatbuffers::Vector<uint32_t> &words,
                         Span<uint8_t> known) {
  assert(words.size() <= 256 && "the index of a word is a byte");
  for (size_t i = 0; i < codes.values.size(); ++i) {
    auto place = std::lower_bound(words.begin(), words.end(), codes.values[i]);
    if (place == words.end() || *place != codes.values[i])
      return Error{"it has the word " + std::to_string(codes.values[i]) +
                   ", which is none of those that the next cluster refines"};
    known[i] = uint8_t(place - words.begin());
  }
  return {};
}

Status ProgramView::noteKnown(const Block &block,
                              const encoding::BlockCodes &codes,
                              Span<uint8_t> known) const {
  const size_t positions = codes.present.size();
  assert(known.size() == positions && "the block has other positions");
  if (!binary::isRefining(weights(block.weights))) {
    for (size_t i = 0; i < positions; ++i)
      known[i] |= codes.present[i];
    return {};
  }
  if (codes.values.size() != positions)
    return Error{"it holds " + std::to_string(codes.values.size()) + " of " +
                 std::to_string(positions) +
                 " positions, but clusters that refine hold all"};
  const auto &words = *segment(block.weights, block.cluster).refined_words();
  if (words.size() == 0)
    return {};
  return indexWords(codes, words, known);
}

Result<ProgramView::BlockRange> ProgramView::blocksOf(uint32_t weights,
                                                      unsigned cluster,
                                                      uint32_t tileBegin,
                                                      uint32_t tileEnd) const {
  auto first = blockList.begin() + firstBlock[weights][cluster];
  auto last = blockList.begin() + firstBlock[weights][cluster + 1];
  auto startsBefore = [](const Block &block, uint32_t tile) {
    return block.tileBegin < tile;
  };
  auto begin = std::lower_bound(first, last, tileBegin, startsBefore);
  auto end = std::lower_bound(begin, last, tileEnd, startsBefore);
  bool covered = begin != end && begin->tileBegin == tileBegin &&
                 std::prev(end)->tileEnd == tileEnd;
  if (!covered)
    return Error{"tiles [" + std::to_string(tileBegin) + ", " +
                 std::to_string(tileEnd) + ") of cluster " +
                 std::to_string(cluster + 1) + " of '" +
                 this->weights(weights).name()->str() +
                 "' are not a whole number of codec blocks"};
  return BlockRange{uint32_t(begin - blockList.begin()),
                    uint32_t(end - blockList.begin())};
}

uint32_t ProgramView::blockOf(uint32_t weights, unsigned cluster,
                              uint32_t tile) const {
  auto first = blockList.begin() + firstBlock[weights][cluster];
  auto last = blockList.begin() + firstBlock[weights][cluster + 1];
  auto endsBefore = [](uint32_t tile, const Block &block) {
    return tile < block.tileEnd;
  };
  auto block = std::upper_bound(first, last, tile, endsBefore);
  assert(block != last && "the cluster has no such tile");
  return uint32_t(block - blockList.begin());
}

std::string ProgramView::labelOf(const binary::Command &command) const {
  return flat->labels()->Get(command.label())->str();
}

std::string ProgramView::describe(unsigned round, uint32_t command) const {
  const binary::Command &c = *commands(round).Get(command);
  return "round " + std::to_string(round + 1) + ", command " +
         std::to_string(command) + " (" +
         binary::EnumNameCommandBody(c.body_type()) + " of '" + labelOf(c) +
         "')";
}

namespace {
uint64_t elementsOf(const binary::Port &port) {
  uint64_t elements = 1;
  for (uint32_t extent : *port.shape())
    elements *= extent;
  return elements;
}
} // namespace

uint64_t ProgramView::inputElements() const {
  return elementsOf(*flat->input());
}
uint64_t ProgramView::logitElements() const {
  return elementsOf(*flat->logits());
}
