// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TARGETMODEL_H
#define CRANIA_TARGET_TARGETMODEL_H

#include "crania/Dram/Energy.h"
#include "crania/Support/Result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crania::target {

enum class Precision { f32, i16, i8 };
constexpr size_t precisionCount = 3;

/// Bytes of a weight or activation at that precision.
unsigned bytesOf(Precision precision);
/// Bytes of the sums of products: 32 bits, 48 at i16.
unsigned accumulatorBytesOf(Precision precision);
std::string_view nameOf(Precision precision);

/// What the vector unit's work is counted in.
enum class Operation { multiplyF32, addF32, multiplyI32, addI32 };
constexpr size_t operationCount = 4;

enum class WeightLoad {
  serial,        // the array waits while a tile is loaded, as in SCALE-Sim
  doubleBuffered // the next tile loads while this one computes
};

/// What stays in a PE while the rest streams past it.
enum class Dataflow {
  weightStationary, // weights: each PE has some of a tile's, for all pixels
  outputStationary  // sums: each PE has those of one pixel and output
};

enum class StorePolicy {
  none,
  compilerManaged, // blocks have places that the program gives
  directMapped,    // caches of lines, by address
  lru,
  fifo
};

enum class DramModel {
  flat, // a bandwidth and a latency
  timed // channels, banks, rows and refresh of a memory
};

enum class DramEnergy {
  flat,    // so many pJ for each bit that is moved
  commands // by commands and standby, from the memory's currents
};

/// The memory of `edge`: LPDDR3-1600, one chip of 32 bits.
std::shared_ptr<const dram::Spec> defaultMemory();

/// The machine. Every "how big, how fast, how much energy, is this legal" is
/// asked of this one object: compiler, verifiers and simulator have no
/// constants of their own. Defaults are those of the preset `edge`.
struct TargetModel {
  std::string name = "edge";

  double clockMHz = 200; // of everything but the DRAM

  struct Array {
    uint32_t rows = 16, cols = 16;
    /// Depth of the weight registers of a PE: a tile is cols outputs by
    /// rows * weightsPerPE inputs.
    uint32_t weightsPerPE = 16;
    WeightLoad weightLoad = WeightLoad::doubleBuffered;
    Dataflow dataflow = Dataflow::weightStationary;
  } array;

  struct Decoder {
    /// Value words that leave it per cycle.
    uint32_t lanes = 128;
    /// Coded blocks that it decodes at once, each in lanes of its own.
    uint32_t blocks = 16;
  } decoder;

  struct GlobalBuffer {
    uint64_t bytes = uint64_t(128) * 1024;
    /// For the PE array and the vector unit together; DMAs have their own port.
    uint32_t bytesPerCycle = 1024;
  } globalBuffer;

  struct StagingFifo {
    uint64_t bytes = 4096;
  } stagingFifo;

  struct WeightStore {
    uint64_t bytes = uint64_t(32) * 1024;
    StorePolicy policy = StorePolicy::compilerManaged;
    /// Of a compiler-managed store: memories of their own side by side, each
    /// with an equal part of the bytes, so that an access is one of a part.
    uint32_t banks = 1;
    /// Of caches: lines, and how many of them a set has with lru and fifo.
    uint32_t lineBytes = 32, ways = 4;
    /// Fetches of the first clusters allocate lines, those of later ones, which
    /// fewer inputs need, bypass the cache: the hint is the cluster's number.
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
    /// Those of f32 in a machine that is built for integers, beside the others.
    uint32_t f32Lanes = 1;
  } vectorUnit;

  struct ExitUnit {
    uint32_t cyclesPerClass = 4;
  } exitUnit;

  struct Dram {
    DramModel model = DramModel::timed;
    /// Of the timed model, and of energy by commands; never null.
    std::shared_ptr<const dram::Spec> memory = defaultMemory();
    /// Peak bandwidth of the flat model, 10^9 bytes per second.
    double gigabytesPerSecond = 6.4;
    /// Of the flat model, from request to first byte, row activation included.
    double latencyNs = 60;
    /// What requests are rounded out to; segments are aligned to it.
    uint32_t burstBytes = 64;
    DramEnergy energy = DramEnergy::flat;
    /// Of the flat energy, system level: core, interface and wires.
    double picojoulesPerBit = 20;
  } dram;

  struct Dma {
    /// Bytes of one request.
    uint32_t requestBytes = 256;
    /// Of one DMA, that are on their way at a time.
    uint32_t outstandingRequests = 8;
  } dma;

  struct Limits {
    /// What weight store and decoder may take of the area without them, in
    /// percent; 0 is no limit.
    double additionPercent = 0;
  } limits;

  // Derived quantities. Energies in pJ, areas in mm2; the numbers behind them
  // are in share/crania/technology, each beside its source.

  /// Rows of the weight matrix in one tile.
  uint32_t tileDepth() const { return array.rows * array.weightsPerPE; }
  uint32_t tileOutputs() const { return array.cols; }
  /// Peak bandwidth per machine cycle.
  double dramBytesPerCycle() const;
  /// From request to first byte on an idle machine, in cycles, rounded up. In
  /// the timed model, of a row that has to be opened in place of another.
  uint64_t dramLatencyCycles() const;
  uint64_t processingElements() const {
    return uint64_t(array.rows) * array.cols;
  }

  /// One multiplication and accumulation (in 32 bits, or 48 at i16).
  double macPicojoules(Precision precision) const;
  /// One operation of a lane of the vector unit.
  double operationPicojoules(Operation operation) const;
  double globalBufferReadPicojoulesPerByte() const;
  double globalBufferWritePicojoulesPerByte() const;
  /// Of a compiler-managed store; 0 without a store.
  double storeReadPicojoulesPerByte() const;
  double storeWritePicojoulesPerByte() const;
  /// Of a cache, with its tags: a look-up, hit or miss, and filling a line.
  double cacheLookUpPicojoules() const;
  double cacheFillPicojoules() const;
  /// Of the whole machine, whether it works or not, in mW, built for a
  /// precision: of logic, and of caches, whose cells are fast ones. All other
  /// memories are of cells that hardly leak.
  double leakageMilliwatts(Precision precision, double decoderUm2) const;
  /// Of the clock, which reaches the pipeline registers in every cycle, in mW.
  double clockMilliwatts(Precision precision) const;
  /// One write and one read of the staging FIFO.
  double fifoPicojoulesPerByte() const;
  /// One access of a register of a PE, per byte of its width; and of one of a
  /// weight or an activation at that precision.
  double registerPicojoulesPerByte() const;
  double registerPicojoules(Precision precision) const;
  /// One word on its way to the neighbouring PE, per byte.
  double neighbourPicojoulesPerByte() const;
  /// What a byte that is moved costs at least: with energy by commands, that of
  /// the cheaper of reads and writes, without rows, standby and refresh.
  double dramPicojoulesPerByte() const;
  /// By commands and standby, whatever `dram.energy` says.
  dram::Energy dramCommandEnergy(const dram::Counts &counts) const;

  struct AreaEntry {
    std::string component;
    double mm2;
    bool addition;       // part of what CRANIA adds to the base machine
    double logicMm2 = 0; // of it, what is no memory
  };
  /// Area by component at a precision, with a decoder of that area: it depends
  /// on the layouts that a program uses (layout::DecoderHardware).
  std::vector<AreaEntry> area(Precision precision, double decoderUm2) const;
  /// CRANIA's addition over the machine without it, in percent.
  double areaOverheadPercent(Precision precision, double decoderUm2) const;
  /// A decoder for layouts whose words are addressed and not coded.
  double plainDecoderUm2() const;
  /// What `limits` leaves for the decoder beside the weight store: negative if
  /// the store alone is too large, infinite without a limit.
  double decoderBudgetUm2(Precision precision) const;

  /// What makes the machine impossible, with the remedy; success if nothing.
  Status check() const;

  /// The target-file format; parse(toJson()) gives the same machine.
  std::string toJson() const;
};

/// Reads a target file's text: a JSON object of the sections and keys that
/// `toJson` writes. Keys left out keep the value of `base` (a preset name,
/// "edge" if absent); a file that changes something and gives no `name` is
/// called "<base>-custom". `dram.memory` is a DRAM preset or an object as in a
/// DRAM file; if there is a `folder`, also a DRAM file in it. Unknown or
/// repeated keys, keys that the chosen models do not use, values of a wrong
/// type or out of range, and machines that `check` refuses are errors.
Result<TargetModel> parseTarget(std::string_view json,
                                const std::string &folder = "");

/// A named preset, or an error that lists the names.
Result<TargetModel> findPreset(std::string_view name);
std::vector<std::string> presetNames();

/// A preset name or the path of a target file.
Result<TargetModel> loadTarget(const std::string &nameOrPath);

} // namespace crania::target

#endif // CRANIA_TARGET_TARGETMODEL_H
