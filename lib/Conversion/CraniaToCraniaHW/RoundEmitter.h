// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ROUNDEMITTER_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ROUNDEMITTER_H

#include "HazardTracker.h"
#include "MemoryPlan.h"
#include "ProgramImage.h"
#include "llvm/ADT/MapVector.h"

namespace crania::lowering {

/// The names of the buffers that a program declares.
struct BufferNames {
  /// Per storage, the names of its buffers on chip and in DRAM. A parameter has
  /// one in DRAM for each round in which it differs.
  std::vector<std::string> onChip;
  std::vector<SmallVector<std::string>> inDram;
  /// Per stage, the buffers of its windows, one for each element type in it.
  std::vector<llvm::MapVector<mlir::Type, std::string>> windows;
  std::string logitsInDram;
};

/// Emits the commands of one round.
class RoundEmitter {
public:
  RoundEmitter(mlir::OpBuilder &builder, const Network &network,
               const MemoryPlan &plan, const ProgramImage &image,
               const BufferNames &names, const mlir::SymbolTable &symbols,
               int64_t round)
      : builder(builder), network(network), plan(plan), image(image),
        names(names), symbols(symbols), round(round) {}

  void run(mlir::Location loc);

private:
  /// An access and the buffer on chip in which it finds its elements.
  struct Placed {
    Access access;
    llvm::StringRef buffer;
  };
  /// The iterations of the tile loops, and the set of windows that they use.
  struct Tile {
    SmallVector<LoopRange> ranges;
    unsigned set;
  };

  void emitStage(size_t index);
  std::vector<Tile> tilesOf(size_t stage) const;
  /// Loads the tensors that come from DRAM and live on chip from this stage on.
  void loadResidents(size_t step, mlir::Location loc);
  void moveWindows(size_t stage, const Tile &tile, bool isLoad);
  void compute(size_t stage, const Tile &tile);
  void fetch(size_t stage, bool isFirstTile);
  void fetchClusters(const Stage &stage, unsigned weights,
                     hw::Residency residency);
  HazardTracker::Command emitContract(size_t stage, const Tile &tile);
  void emitVector(size_t stage, unsigned node, const Tile &tile,
                  std::optional<HazardTracker::Command> follows);
  void emitExit(mlir::Location loc);

  SmallVector<LoopRange> loopRanges(const Stage &stage, unsigned node,
                                    const Tile &tile) const;
  Placed locate(size_t stage, Window::Member member, const Tile &tile) const;
  Placed locateInWindow(size_t stage, size_t window, Access access,
                        const Tile &tile) const;
  /// Emits the copy between an access in DRAM and one on chip.
  void emitCopy(mlir::Location loc, StorageId storage, const Access &inDram,
                llvm::StringRef dramBuffer, const Placed &onChip, bool isLoad,
                llvm::StringRef label);
  llvm::StringRef dramBufferOf(StorageId storage) const;

  /// Returns the number of the next command.
  HazardTracker::Command next() const { return tokens.size(); }
  /// Notes what the next command reads and writes.
  void trackAccesses(hw::CommandOpInterface op);
  /// Finishes the next command, which has been created without tokens: lets it
  /// wait for the commands that it must wait for.
  template <typename CommandOp>
  void finish(CommandOp op);

  hw::AccessAttr accessAttr(const Placed &placed, unsigned loops) const;
  hw::PlaneAttr planeAttr(const Placed &placed) const;
  mlir::FlatSymbolRefAttr symbol(llvm::StringRef name) const;

  mlir::OpBuilder &builder;
  const Network &network;
  const MemoryPlan &plan;
  const ProgramImage &image;
  const BufferNames &names;
  const mlir::SymbolTable &symbols; // of the program, with its buffers
  int64_t round;
  HazardTracker hazards;
  SmallVector<mlir::Value> tokens;
};

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_ROUNDEMITTER_H
