// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_WEIGHTPATH_H
#define CRANIA_LIB_SIMULATOR_WEIGHTPATH_H

#include "Dram.h"
#include "Scoreboard.h"

#include <deque>
#include <map>
#include <unordered_map>

namespace crania::simulator {

/// What is on chip of the encoded weights: the staging FIFO's room and what has
/// arrived where.
class WeightBuffers {
public:
  WeightBuffers(const ProgramView &program, WeightStore store)
      : store(std::move(store)), program(program),
        room(program.target().stagingFifo.bytes) {}

  /// Bytes that arrive together.
  struct Chunk {
    uint64_t arrival;
    uint64_t bytes;
  };

  bool hasRoom(uint64_t bytes) const { return bytes <= room; }
  void reserve(uint64_t bytes) { room -= bytes; }
  void release(uint64_t bytes) { room += bytes; }
  bool isEmpty() const { return room == program.target().stagingFifo.bytes; }

  /// Bytes of a streamed block that are there or on their way, in order.
  std::deque<Chunk> &staged(uint32_t block) { return chunks[block]; }

  void setStoreArrival(uint32_t block, uint64_t time) {
    arrivals[block] = time;
  }
  /// When the store has all of a block; nothing if that is not known yet.
  std::optional<uint64_t> storeArrival(uint32_t block) const;

  WeightStore store;

private:
  const ProgramView &program;
  uint64_t room;
  std::unordered_map<uint32_t, std::deque<Chunk>> chunks;
  std::unordered_map<uint32_t, uint64_t> arrivals; // of this round
};

/// Executes Fetch and Release.
class WeightDma : public UnitModel {
public:
  WeightDma(Scoreboard &board, Dram &dram, WeightBuffers &buffers);
  bool step() override;
  std::optional<std::string> blockedOn() const override;

private:
  /// Bytes of one block within a request.
  struct Part {
    uint32_t block;
    uint64_t bytes;
  };
  struct Request {
    uint64_t address, bytes;
    size_t partBegin, partEnd;
  };
  void begin(uint32_t command);
  void release(uint32_t command);
  bool isWanted(uint32_t command, uint32_t block);
  void planBlock(uint32_t block);
  bool continuesRequest(const ProgramView::Block &block) const;
  void issue(uint32_t command, const Request &request);
  void deliver(const Part &part, uint64_t arrival);

  Dram &dram;
  WeightBuffers &buffers;
  std::vector<uint32_t> queue;
  size_t head = 0;
  bool isBegun = false;
  bool toStore = false;
  std::vector<Part> parts; ///< of the Fetch at hand, as they come
  std::vector<Request> requests;
  size_t nextRequest = 0;
  uint64_t nextIssue = 0, lastArrival = 0;
};

/// A tile of a Contract, in the order in which decoder and array take them.
struct TileStep {
  uint32_t command;
  uint32_t tile;
};
std::vector<TileStep> tileSteps(const Scoreboard &board);

/// How far decoder and array are with the tiles.
struct TileProgress {
  struct Loaded {
    uint64_t time;     ///< when the weights are in the PEs' registers
    uint64_t dramWait; ///< cycles that the decoder waited for bytes
  };
  std::vector<Loaded> loaded;
  size_t started = 0;     ///< tiles that the array has begun
  uint64_t arrayFree = 0; ///< when it is done with them
};

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
    uint64_t values;
  };
  bool mayBegin() const;
  void begin();
  void end();
  bool decodeSome();
  bool decodeStored(const Piece &piece);
  bool decodeStaged(const Piece &piece);
  bool waitFor(std::optional<uint64_t> arrival);
  void work(uint64_t cycles);
  uint64_t cyclesUpTo(const Piece &piece, uint64_t byte) const;

  WeightBuffers &buffers;
  TileProgress &progress;
  const std::vector<TileStep> &steps;
  size_t current = 0; ///< index into steps
  bool isBegun = false;
  std::vector<Piece> pieces;
  size_t nextPiece = 0;
  uint64_t consumed = 0; ///< byte of the piece's block that comes next
  uint64_t begunAt = 0, busyUntil = 0, bytesInWork = 0;
  std::optional<uint64_t> waitingSince;
  uint64_t dramWait = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_WEIGHTPATH_H
