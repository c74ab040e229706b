// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Simulator/Timing/WeightWork.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace crania;
using namespace crania::simulator;

namespace {

template <typename T>
TileCounts countTile(const encoding::Tiling &tiling, uint32_t index,
                     uint32_t rows, Span<const T> matrix) {
  const encoding::Tiling::Tile tile = tiling.tile(index);
  TileCounts counts;
  assert(rows > 0 && matrix.size() == tiling.elements() &&
         "the matrix is of other weights");
  std::vector<uint32_t> column(rows);
  for (uint32_t output = 0; output < tile.outputs; ++output) {
    std::fill(column.begin(), column.end(), 0);
    const T *row =
        matrix.data() + tiling.element(tile, uint64_t(output) * tile.depth);
    for (uint32_t d = 0; d < tile.depth; ++d)
      column[d % rows] += row[d] != 0;
    uint32_t ofOutput = 0;
    for (uint32_t count : column) {
      ofOutput += count;
      counts.fullest = std::max(counts.fullest, count);
    }
    counts.present += ofOutput;
    counts.fullestOutput = std::max(counts.fullestOutput, ofOutput);
  }
  return counts;
}

template <typename T>
std::vector<TileCounts> countTiles(const encoding::Tiling &tiling,
                                   uint32_t rows, Span<const T> matrix) {
  std::vector<TileCounts> counts;
  for (uint32_t tile = 0; tile < tiling.tiles(); ++tile)
    counts.push_back(countTile(tiling, tile, rows, matrix));
  return counts;
}

std::vector<TileCounts> countTiles(const encoding::Tiling &tiling,
                                   uint32_t rows,
                                   const DecodedWeights &weights) {
  switch (weights.element) {
  case binary::ElementType::i8:
    return countTiles(tiling, rows, weights.as<int8_t>());
  case binary::ElementType::i16:
    return countTiles(tiling, rows, weights.as<int16_t>());
  default: // weights of a verified program are f32, i16 or i8
    return countTiles(tiling, rows, weights.as<float>());
  }
}

BlockWork workOf(const ProgramView &program, const ProgramView::Block &block,
                 uint32_t values) {
  const encoding::SegmentCoder &coder =
      program.coder(block.weights, block.cluster);
  const encoding::Tiling &tiling = program.tiling(block.weights);
  uint64_t positions = 0;
  for (uint32_t tile = block.tileBegin; tile < block.tileEnd; ++tile)
    positions += tiling.tile(tile).positions();
  const uint64_t valueBits =
      8 * binary::bytesOf(program.weights(block.weights).element());
  const target::TargetModel::Decoder &decoder = program.target().decoder;
  BlockWork work;
  work.values = values;
  work.cycles = coder.decodeCycles(
      positions, values, encoding::DecoderShape{decoder.lanes, decoder.blocks});
  constexpr double femtojoulesPerPicojoule = 1000;
  work.femtojoules = uint64_t(std::llround(
      coder.decodePicojoules(positions, values) * femtojoulesPerPicojoule));
  work.scansPositions =
      coder.cost().isPlain &&
      8 * (block.bytes - block.headBytes) > values * valueBits;
  return work;
}

} // namespace

WeightWork::WeightWork(const ProgramView &program,
                       const WeightDecoder &weights) {
  const uint32_t rows = program.target().array.rows;
  for (uint32_t w = 0; w < program.program().weights()->size(); ++w)
    for (unsigned clusters = 0; clusters <= program.clusters(w); ++clusters)
      if (const DecodedWeights *decoded = weights.find(w, clusters))
        tileCounts[{w, clusters}] =
            countTiles(program.tiling(w), rows, *decoded);
  for (uint32_t id = 0; id < program.blockCount(); ++id)
    blockWork.push_back(
        workOf(program, program.block(id), weights.valuesIn(id)));
}
