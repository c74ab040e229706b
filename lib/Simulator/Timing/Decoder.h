// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_DECODER_H
#define CRANIA_LIB_SIMULATOR_TIMING_DECODER_H

#include "Scoreboard.h"
#include "TileProgress.h"
#include "WeightBuffers.h"

namespace crania::simulator {

/// Turns encoded blocks into weights in the PEs' registers.
class Decoder : public UnitModel {
public:
  Decoder(Scoreboard &board, WeightBuffers &buffers, TileProgress &progress,
          const std::vector<TileStep> &steps)
      : UnitModel(board), buffers(buffers), progress(progress), steps(steps) {}
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  /// The share of a block that belongs to a tile.
  struct Piece {
    uint32_t block;
    uint64_t byteBegin, byteEnd;
    uint64_t values, scannedPositions, femtojoules;
    uint64_t loadCycles; ///< before its first byte
  };
  /// Owner of the tables in the decoder: the first clusters of a tensor.
  struct Tables {
    std::optional<uint32_t> weights;
    unsigned clusters = 0;
  };
  bool mayBegin() const;
  uint64_t tableCycles(uint32_t weights, unsigned cluster);
  void begin();
  void end();
  bool decodeSome();
  bool decodeStored(const Piece &piece);
  bool decodeStaged(const Piece &piece);
  bool waitFor(std::optional<Arrival> arrival);
  void work(uint64_t cycles);
  uint64_t cyclesUpTo(const Piece &piece, uint64_t byte) const;

  WeightBuffers &buffers;
  TileProgress &progress;
  const std::vector<TileStep> &steps;
  size_t current = 0; ///< index into steps
  bool isBegun = false;
  Tables tables;
  std::vector<Piece> pieces;
  size_t nextPiece = 0;
  uint64_t consumed = 0; ///< byte of the piece's block that comes next
  uint64_t begunAt = 0, busyUntil = 0, bytesInWork = 0;
  std::optional<uint64_t> waitingSince;
  uint64_t byteWait = 0, dmaWait = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_DECODER_H
