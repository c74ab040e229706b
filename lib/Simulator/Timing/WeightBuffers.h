// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_WEIGHTBUFFERS_H
#define CRANIA_LIB_SIMULATOR_TIMING_WEIGHTBUFFERS_H

#include "crania/Simulator/Program/WeightStore.h"

#include <deque>
#include <optional>
#include <unordered_map>

namespace crania::simulator {

/// Time at which data arrive, and the cycles of delay that the DMA alone
/// caused.
struct Arrival {
  uint64_t time;
  uint64_t dmaDelay = 0;
};

/// State of the encoded weights on chip: the room in the staging FIFO, and the
/// bytes that have arrived in the FIFO and in the store.
class WeightBuffers {
public:
  WeightBuffers(const ProgramView &program, WeightStore store)
      : store(std::move(store)), program(program),
        room(program.target().stagingFifo.bytes) {}

  /// Bytes that arrive together.
  struct Chunk {
    Arrival arrival;
    uint64_t bytes;
  };

  bool hasRoom(uint64_t bytes) const { return bytes <= room; }
  void reserve(uint64_t bytes) { room -= bytes; }
  void release(uint64_t bytes) { room += bytes; }
  bool isEmpty() const { return room == program.target().stagingFifo.bytes; }

  /// Returns the bytes of a streamed block that have arrived or are pending, in
  /// order.
  std::deque<Chunk> &staged(uint32_t block) { return chunks[block]; }

  /// Notes that a block has its place in the store and is pending.
  void expectInStore(uint32_t block) { arrivals[block] = std::nullopt; }
  void setStoreArrival(uint32_t block, Arrival arrival) {
    arrivals[block] = arrival;
  }
  /// Returns the time at which the store has all of a block, or nothing if it
  /// is not known yet.
  std::optional<Arrival> storeArrival(uint32_t block) const;

  WeightStore store;

private:
  const ProgramView &program;
  uint64_t room;
  std::unordered_map<uint32_t, std::deque<Chunk>> chunks;
  /// Arrivals of blocks that are fetched in this round, as far as known.
  std::unordered_map<uint32_t, std::optional<Arrival>> arrivals;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_WEIGHTBUFFERS_H
