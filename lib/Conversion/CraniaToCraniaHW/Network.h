// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NETWORK_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NETWORK_H

#include "Access.h"
#include "crania/Analysis/Contraction.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"

#include <optional>
#include <string>

namespace crania::lowering {

/// Bytes that a tensor, or several, live in.
struct Storage {
  enum class Origin { computed, input, parameter };

  std::string name;
  int64_t elements = 0;
  mlir::Type element;
  Origin origin = Origin::computed;
  /// Sums that never leave the stage that computes them: they are on chip for
  /// the piece at hand only.
  bool isScratch = false;
  /// Of a parameter, the bytes in each round; one entry if they are the same in
  /// all.
  std::vector<std::vector<char>> contents;

  uint64_t elementBytes() const { return element.getIntOrFloatBitWidth() / 8; }
  uint64_t bytes() const { return uint64_t(elements) * elementBytes(); }
};

/// A clustered weight tensor and the one contraction that uses it.
struct NetworkWeights {
  ir::WeightsOp op;
  Contraction contraction;
  layout::Tiling tiling;
  /// Clusters that the last round uses; the round itself limits them unless the
  /// body says otherwise.
  bool followsRound = true;
  int64_t clusters = 0;
  /// Encoded bytes that each pass over all clusters streams from DRAM, as far
  /// as the plan says.
  uint64_t streamedBytes = 0;

  llvm::StringRef name() const { return ir::WeightsOp(op).getSymName(); }
  mlir::Type element() const {
    return ir::WeightsOp(op).getClusteredType().getTensor().getElementType();
  }
  int64_t clustersIn(int64_t round) const {
    return followsRound ? std::min(round, clusters) : clusters;
  }
};

/// One command of the PE array or the vector unit, before tiling: a loop nest
/// over accesses.
struct Node {
  mlir::Location loc;
  SmallVector<int64_t> loops;
  SmallVector<Access, 3> inputs;
  Access output;

  /// A contraction has the weights of that number, the loops (output channel,
  /// row, column, input channel, kernel row, kernel column), and one input. The
  /// dimensions of its accesses are channel, row, column.
  std::optional<unsigned> weights;
  enum ContractLoop {
    outputChannel,
    row,
    column,
    inputChannel,
    kernelRow,
    kernelColumn,
    contractLoops
  };

  // Of a vector node:
  SmallVector<hw::InstructionAttr> code;
  bool reduces = false;
  /// What a reduction starts at; nothing means at what the output holds.
  std::optional<double> initial;

  bool isContract() const { return weights.has_value(); }
};

/// Nodes that run together, piece by piece: a vector node, or a contraction and
/// the vector node that works on what it puts out, in place or not.
struct Stage {
  std::string label;
  SmallVector<Node, 2> nodes;

  /// A loop whose iterations may run piece by piece, as a loop of each node.
  struct TileLoop {
    SmallVector<unsigned, 2> loops;
    int64_t extent;
  };
  /// The outermost first.
  SmallVector<TileLoop> tileLoops;

  mlir::Location loc() const { return nodes.front().loc; }
};

/// The body of an iteration as stages that run one after the other, the same in
/// each round.
struct Network {
  std::vector<Storage> storages;
  std::vector<NetworkWeights> weights;
  std::vector<Stage> stages;

  StorageId input = 0;
  /// As the machine stores it.
  mlir::RankedTensorType inputType;
  /// What the host has: reals, which it quantises if there is a scale.
  mlir::Value inputValue;
  double inputScale = 0;
  hw::PortLayout inputLayout = hw::PortLayout::NCHW;

  StorageId logits = 0;
  int64_t logitsOffset = 0; // elements
  mlir::RankedTensorType logitsType;
};

/// The type that most multiplications of a network are computed in.
mlir::Type precisionOf(const Network &network, mlir::MLIRContext *context);

/// Reads the normalised body of an iteration. Reports everything the machine
/// cannot do, with the op.
FailureOr<Network> buildNetwork(ir::IterateOp iterate,
                                const target::TargetModel &target);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NETWORK_H
