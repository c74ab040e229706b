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

/// A range of bytes that holds one tensor or several.
struct Storage {
  enum class Origin { computed, input, parameter };

  std::string name;
  int64_t elements = 0;
  mlir::Type element;
  Origin origin = Origin::computed;
  /// True for sums that never leave the stage that computes them. They are on
  /// chip only for the current piece.
  bool isScratch = false;
  /// For a parameter, the bytes in each round. There is one entry if they are
  /// the same in all rounds.
  std::vector<std::vector<char>> contents;

  uint64_t elementBytes() const { return element.getIntOrFloatBitWidth() / 8; }
  uint64_t bytes() const { return uint64_t(elements) * elementBytes(); }
};

/// A clustered weight tensor and the one contraction that uses it.
struct NetworkWeights {
  ir::WeightsOp op;
  Contraction contraction;
  encoding::Tiling tiling;
  /// True if the round limits the clusters, so that the last round uses all.
  /// False if the body fixes the number of clusters.
  bool followsRound = true;
  int64_t clusters = 0;
  /// The encoded bytes that each pass over all clusters streams from DRAM,
  /// according to the plan.
  uint64_t streamedBytes = 0;

  llvm::StringRef name() const { return ir::WeightsOp(op).getSymName(); }
  mlir::Type element() const {
    return ir::WeightsOp(op).getClusteredType().getTensor().getElementType();
  }
  int64_t clustersIn(int64_t round) const {
    return followsRound ? std::min(round, clusters) : clusters;
  }
};

/// A command of the PE array or the vector unit before tiling: a loop nest over
/// accesses.
struct Node {
  mlir::Location loc;
  SmallVector<int64_t> loops;
  SmallVector<Access, 3> inputs;
  Access output;

  /// For a contraction, the index of its weights. A contraction has the loops
  /// (output channel, row, column, input channel, kernel row, kernel column)
  /// and one input. The dimensions of its accesses are channel, row, column.
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

  // Members of a vector node:
  SmallVector<hw::InstructionAttr> code;
  bool reduces = false;
  /// The initial value of a reduction. Nullopt if it starts from the present
  /// value of the output.
  std::optional<double> initial;

  bool isContract() const { return weights.has_value(); }
};

/// Nodes that run together, piece by piece. They are a vector node, or a
/// contraction and the vector node that processes its output, in place or not.
struct Stage {
  std::string label;
  SmallVector<Node, 2> nodes;

  /// A loop whose iterations may run piece by piece, given as a loop of each
  /// node.
  struct TileLoop {
    SmallVector<unsigned, 2> loops;
    int64_t extent;
  };
  /// The loops, the outermost first.
  SmallVector<TileLoop> tileLoops;

  mlir::Location loc() const { return nodes.front().loc; }
};

/// The body of an iteration as stages that run one after the other. They are
/// the same in each round.
struct Network {
  std::vector<Storage> storages;
  std::vector<NetworkWeights> weights;
  std::vector<Stage> stages;

  StorageId input = 0;
  /// The type of the input as the machine stores it.
  mlir::RankedTensorType inputType;
  /// The host's input of real numbers. The host quantizes it if there is a
  /// scale.
  mlir::Value inputValue;
  double inputScale = 0;
  hw::PortLayout inputLayout = hw::PortLayout::NCHW;

  StorageId logits = 0;
  int64_t logitsOffset = 0; // in elements
  mlir::RankedTensorType logitsType;
};

/// Returns the type in which most multiplications of a network are computed.
mlir::Type precisionOf(const Network &network, mlir::MLIRContext *context);

/// Builds a network from the normalized body of an iteration. Reports each op
/// that the machine cannot execute.
FailureOr<Network> buildNetwork(ir::IterateOp iterate,
                                const target::TargetModel &target);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_NETWORK_H
