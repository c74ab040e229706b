// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TARGET_TARGETMODEL_H
#define CRANIA_TARGET_TARGETMODEL_H

#include "crania/Support/Result.h"

#include <cstdint>
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

enum class StorePolicy { none, compilerManaged };

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
  } array;

  struct Decoder {
    /// Value words that leave it per cycle.
    uint32_t lanes = 128;
    /// Coded blocks that it decodes at once, each in lanes of its own.
    uint32_t blocks = 16;
  } decoder;

  struct GlobalBuffer {
    uint64_t bytes = uint64_t(128) * 1024;
  } globalBuffer;

  struct StagingFifo {
    uint64_t bytes = 4096;
  } stagingFifo;

  struct WeightStore {
    uint64_t bytes = uint64_t(32) * 1024;
    StorePolicy policy = StorePolicy::compilerManaged;
  } weightStore;

  struct VectorUnit {
    /// Element operations per cycle.
    uint32_t lanes = 16;
  } vectorUnit;

  struct ExitUnit {
    uint32_t cyclesPerClass = 4;
  } exitUnit;

  struct Dram {
    /// Peak bandwidth, 10^9 bytes per second.
    double gigabytesPerSecond = 6.4;
    /// From request to first byte, row activation included.
    double latencyNs = 60;
    /// Smallest transfer; segments are aligned to it.
    uint32_t burstBytes = 64;
    /// System level: core, interface and wires.
    double picojoulesPerBit = 20;
  } dram;

  struct Dma {
    /// Bytes of one request.
    uint32_t requestBytes = 256;
  } dma;

  struct Limits {
    /// What weight store and decoder may take of the area without them, in
    /// percent; 0 is no limit.
    double additionPercent = 0;
  } limits;

  // Derived quantities. Energies in pJ, areas in mm2; the source of each
  // constant is beside it in Energy.cpp and Area.cpp.

  /// Rows of the weight matrix in one tile.
  uint32_t tileDepth() const { return array.rows * array.weightsPerPE; }
  uint32_t tileOutputs() const { return array.cols; }
  /// Peak bandwidth per machine cycle.
  double dramBytesPerCycle() const;
  /// Latency in machine cycles, rounded up.
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
  /// 0 without a store.
  double storeReadPicojoulesPerByte() const;
  double storeWritePicojoulesPerByte() const;
  /// One write and one read of the staging FIFO.
  double fifoPicojoulesPerByte() const;
  /// One access of a register of a PE, per byte of its width; and of one of a
  /// weight or an activation at that precision.
  double registerPicojoulesPerByte() const;
  double registerPicojoules(Precision precision) const;
  double dramPicojoulesPerByte() const;

  struct AreaEntry {
    std::string component;
    double mm2;
    bool addition; // part of what CRANIA adds to the base machine
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
/// called "<base>-custom". Unknown or repeated keys, values of a wrong type or
/// out of range, and machines that `check` refuses are errors.
Result<TargetModel> parseTarget(std::string_view json);

/// A named preset, or an error that lists the names.
Result<TargetModel> findPreset(std::string_view name);
std::vector<std::string> presetNames();

/// A preset name or the path of a target file.
Result<TargetModel> loadTarget(const std::string &nameOrPath);

} // namespace crania::target

#endif // CRANIA_TARGET_TARGETMODEL_H
