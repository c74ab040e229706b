// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TARGETMODEL_H
#define CRANIA_TARGET_TARGETMODEL_H

#include "crania/Dram/CommandEnergy.h"
#include "crania/Support/Result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crania::target {

enum class Precision { f32, i16, i8 };
constexpr size_t precisionCount = 3;

/// Returns the bytes of a weight or activation at that precision.
unsigned bytesOf(Precision precision);
/// Returns the bytes of a sum of products: 4, or 6 at i16.
unsigned accumulatorBytesOf(Precision precision);
std::string_view nameOf(Precision precision);

/// The kinds of operations that the work of the vector unit is counted in.
enum class Operation { multiplyF32, addF32, multiplyI32, addI32 };
constexpr size_t operationCount = 4;

enum class WeightLoad {
  serial,        // the array waits while a tile is loaded, as in SCALE-Sim
  doubleBuffered // the next tile loads while this one computes
};

/// The operand that stays in a PE while the others stream past it.
enum class Dataflow {
  weightStationary, // each PE holds some weights of a tile, for all pixels
  outputStationary  // each PE holds the sums of one pixel and output
};

enum class StorePolicy {
  none,
  compilerManaged, // the program gives the places of blocks
  directMapped,    // a cache of lines indexed by address, as are the next two
  lru,
  fifo
};

enum class DramModel {
  flat, // a bandwidth and a latency
  timed // channels, banks, rows and refresh of a memory
};

enum class DramEnergy {
  flat,    // a fixed energy for each bit that is moved
  commands // by commands and standby, from the currents of the memory
};

/// Returns the memory of `edge`: LPDDR3-1600, one chip of 32 bits.
std::shared_ptr<const dram::Spec> defaultMemory();

/// The machine. Only this object answers questions of size, speed, energy and
/// legality: compiler, verifiers and simulator have no constants of their own.
/// The defaults are those of the preset `edge`.
struct TargetModel {
  std::string name = "edge";

  double clockMHz = 200; // of all parts but the DRAM

  struct Array {
    uint32_t rows = 16, cols = 16;
    /// Depth of the weight registers of a PE: a tile is cols outputs by
    /// rows * weightsPerPE inputs.
    uint32_t weightsPerPE = 16;
    WeightLoad weightLoad = WeightLoad::doubleBuffered;
    Dataflow dataflow = Dataflow::weightStationary;
  } array;

  struct Decoder {
    /// Value words that leave the decoder per cycle.
    uint32_t lanes = 128;
    /// Coded blocks that are decoded at once, each in its own lanes.
    uint32_t blocks = 16;
  } decoder;

  struct GlobalBuffer {
    uint64_t bytes = uint64_t(128) * 1024;
    /// Shared by the PE array and the vector unit; DMAs have a port of their
    /// own.
    uint32_t bytesPerCycle = 1024;
  } globalBuffer;

  struct StagingFifo {
    uint64_t bytes = 4096;
  } stagingFifo;

  struct WeightStore {
    uint64_t bytes = uint64_t(32) * 1024;
    StorePolicy policy = StorePolicy::compilerManaged;
    /// For a compiler-managed store: the number of separate memories, each with
    /// an equal part of the bytes. An access uses only one of them.
    uint32_t banks = 1;
    /// For caches: bytes of a line, and lines per set with lru and fifo.
    uint32_t lineBytes = 32, ways = 4;
    /// The number of clusters that allocate lines. Fetches of later clusters,
    /// which fewer inputs need, bypass the cache. The number of the cluster is
    /// the hint.
    uint32_t allocateClusters = 65535;

    bool isCache() const { return policy >= StorePolicy::directMapped; }
    uint64_t lines() const { return bytes / lineBytes; }
    uint64_t sets() const {
      return policy == StorePolicy::directMapped ? lines() : lines() / ways;
    }
  } weightStore;

  struct VectorUnit {
    /// Element operations per cycle.
    uint32_t lanes = 16;
    /// Lanes for f32 in a machine built for integers, besides the other lanes.
    uint32_t f32Lanes = 1;
  } vectorUnit;

  struct ExitUnit {
    uint32_t cyclesPerClass = 4;
  } exitUnit;

  struct Dram {
    DramModel model = DramModel::timed;
    /// Used by the timed model and by the energy by commands; never null.
    std::shared_ptr<const dram::Spec> memory = defaultMemory();
    /// Peak bandwidth of the flat model, 10^9 bytes per second.
    double gigabytesPerSecond = 6.4;
    /// Latency of the flat model from request to first byte, including row
    /// activation.
    double latencyNs = 60;
    /// Requests are rounded out to multiples of this; segments are aligned to
    /// it.
    uint32_t burstBytes = 64;
    DramEnergy energy = DramEnergy::flat;
    /// Energy of the flat model at system level: core, interface and wires.
    double picojoulesPerBit = 20;
  } dram;

  struct Dma {
    /// Bytes of one request.
    uint32_t requestBytes = 256;
    /// Requests of one DMA that are outstanding at a time.
    uint32_t outstandingRequests = 8;
  } dma;

  struct Limits {
    /// The largest area of weight store and decoder, in percent of the area of
    /// the machine without them; 0 means no limit.
    double additionPercent = 0;
  } limits;

  // Derived quantities. Energies are in pJ, areas in mm2. The numbers that they
  // are computed from are in share/crania/technology, each with its source.

  /// Returns the rows of the weight matrix in one tile.
  uint32_t tileDepth() const { return array.rows * array.weightsPerPE; }
  uint32_t tileOutputs() const { return array.cols; }
  /// Returns the peak bandwidth in bytes per machine cycle.
  double dramBytesPerCycle() const;
  /// Returns the cycles from request to first byte on an idle machine, rounded
  /// up. In the timed model, the request replaces an open row by another one.
  uint64_t dramLatencyCycles() const;
  uint64_t processingElements() const {
    return uint64_t(array.rows) * array.cols;
  }

  /// Returns the energy of one multiplication and accumulation. The accumulator
  /// has 32 bits, or 48 at i16.
  double macPicojoules(Precision precision) const;
  /// Returns the energy of one operation of a lane of the vector unit.
  double operationPicojoules(Operation operation) const;
  double globalBufferReadPicojoulesPerByte() const;
  double globalBufferWritePicojoulesPerByte() const;
  /// Energies of a compiler-managed store; 0 without a store.
  double storeReadPicojoulesPerByte() const;
  double storeWritePicojoulesPerByte() const;
  /// Energies of a cache with its tags: a look-up, which hits or misses, and
  /// filling a line.
  double cacheLookUpPicojoules() const;
  double cacheFillPicojoules() const;
  /// Returns the leakage in mW of a machine built for a precision, busy or
  /// idle. Logic leaks, and so do caches, which have fast cells. All other
  /// memories have cells of negligible leakage.
  double leakageMilliwatts(Precision precision, double decoderUm2) const;
  /// Returns the power of the clock in mW, which reaches the pipeline registers
  /// in every cycle.
  double clockMilliwatts(Precision precision) const;
  /// Returns the energy of one write and one read of the staging FIFO.
  double fifoPicojoulesPerByte() const;
  /// Return the energy of one access of a register of a PE: per byte of its
  /// width, and for a weight or an activation at that precision.
  double registerPicojoulesPerByte() const;
  double registerPicojoules(Precision precision) const;
  /// Returns the energy of moving one word to the neighboring PE, per byte.
  double neighbourPicojoulesPerByte() const;
  /// Returns the least energy of moving a byte. With energy by commands, this
  /// is the cheaper one of reads and writes, without rows, standby and refresh.
  double dramPicojoulesPerByte() const;
  /// Returns the energy by commands and standby, whatever the value of
  /// `dram.energy`.
  dram::Energy dramCommandEnergy(const dram::Counts &counts) const;

  struct AreaEntry {
    std::string component;
    double mm2;
    bool addition;       // true for parts that CRANIA adds to the base machine
    double logicMm2 = 0; // the part of `mm2` that is not memory
  };
  /// Returns the area of each component at a precision, with a decoder of the
  /// given area. The decoder depends on the encodings that a program uses
  /// (encoding::DecoderHardware).
  std::vector<AreaEntry> area(Precision precision, double decoderUm2) const;
  /// Returns the area that CRANIA adds, in percent of the machine without it.
  double areaOverheadPercent(Precision precision, double decoderUm2) const;
  /// Returns the area of a decoder for encodings whose words are addressed, not
  /// coded.
  double plainDecoderUm2() const;
  /// Returns the area that `limits` leaves for the decoder besides the weight
  /// store. It is negative if the store alone is too large, and infinite
  /// without a limit.
  double decoderBudgetUm2(Precision precision) const;

  /// Returns success, or an error that says what makes the machine impossible,
  /// with the remedy.
  Status check() const;

  /// Returns the text of a target file; parsing it gives the same machine.
  std::string toJson() const;
};

/// Parses the text of a target file, a JSON object of the sections and keys
/// that `toJson` writes. Absent keys keep the value of `base` (a preset name,
/// "edge" if absent). A file that changes something and gives no `name` is
/// called "<base>-custom". `dram.memory` is a DRAM preset or an object as in a
/// DRAM file; with a `folder`, it may also name a DRAM file in that folder.
/// Fails on unknown or repeated keys, on keys that the chosen models do not
/// use, on values of a wrong type or out of range, and on machines that `check`
/// rejects.
Result<TargetModel> parseTarget(std::string_view json,
                                const std::string &folder = "");

/// Returns the preset of that name, or an error that lists the names.
Result<TargetModel> findPreset(std::string_view name);
std::vector<std::string> presetNames();

/// Loads the preset of that name, or the target file at that path.
Result<TargetModel> loadTarget(const std::string &nameOrPath);

} // namespace crania::target

#endif // CRANIA_TARGET_TARGETMODEL_H
