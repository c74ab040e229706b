// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Analysis/Contraction.h"
#include "crania/Clustering/Importance.h"
#include "crania/Clustering/ImportanceScheme.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/IR/WeightData.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Quantization/WeightQuantization.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "crania-cluster-weights"

namespace crania {
#define GEN_PASS_DEF_CLUSTERWEIGHTS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania::ir;
using crania::clustering::Boundaries;
using crania::clustering::ImportanceScope;

namespace {

/// Returns the dense constant of an operand, or null if there is none.
arith::ConstantOp getDenseConstant(Value value) {
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  if (!constant ||
      !isa<DenseElementsAttr, DenseResourceElementsAttr>(constant.getValue()))
    return {};
  return constant;
}

/// Returns a name for the weights: that of the blob, else that of the location,
/// else "w".
std::string nameOf(arith::ConstantOp constant, linalg::LinalgOp user) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
    return resource.getRawHandle().getKey().str();
  if (auto loc = user.getLoc()->findInstanceOf<NameLoc>())
    return loc.getName().str();
  return "w";
}

/// Clusters the weights of one module.
class Clusterer {
public:
  Clusterer(ModuleOp module, const Boundaries &boundaries, bool overLayers)
      : module(module), symbols(module), boundaries(boundaries),
        overLayers(overLayers) {}

  LogicalResult cluster(func::FuncOp function) {
    SmallVector<linalg::LinalgOp> contractions;
    function.walk([&](linalg::LinalgOp op) {
      if (crania::isContractionLike(op))
        contractions.push_back(op);
    });
    SmallVector<std::pair<OpOperand *, arith::ConstantOp>> weights;
    for (linalg::LinalgOp op : contractions)
      for (OpOperand *operand : op.getDpsInputOperands())
        if (arith::ConstantOp constant = getDenseConstant(operand->get()))
          weights.push_back({operand, constant});
    if (overLayers && failed(assignTogether(weights)))
      return failure();
    for (auto [operand, constant] : weights)
      if (failed(readThroughClusters(*operand, constant)))
        return failure();
    return success();
  }

private:
  /// Ranks all weights of a function together.
  LogicalResult
  assignTogether(ArrayRef<std::pair<OpOperand *, arith::ConstantOp>> weights) {
    std::vector<std::vector<float>> importances;
    for (auto [operand, constant] : weights) {
      auto op = cast<linalg::LinalgOp>(operand->getOwner());
      auto type = cast<RankedTensorType>(constant.getType());
      FailureOr<ElementsAttr> scales = scalesOf(op, type);
      if (failed(checkType(op, type)) || failed(scales))
        return failure();
      FailureOr<std::vector<float>> reals =
          realsOf(op, cast<ElementsAttr>(constant.getValue()), type, *scales,
                  nameOf(constant, op));
      if (failed(reals))
        return failure();
      importances.push_back(std::move(*reals));
    }
    auto assigned =
        crania::clustering::assignOverLayers(importances, boundaries);
    if (!assigned)
      return module.emitError()
             << "the weights of all layers: " << assigned.error().message;
    for (auto [use, assignment] : llvm::zip_equal(weights, *assigned))
      decided[use.first] = std::move(assignment);
    return success();
  }

  LogicalResult readThroughClusters(OpOperand &operand,
                                    arith::ConstantOp constant) {
    Operation *op = operand.getOwner();
    FailureOr<WeightsOp> found = findOrCreateWeights(operand, constant);
    if (failed(found))
      return failure();
    WeightsOp weights = *found;
    OpBuilder builder(op);
    Location loc = op->getLoc();
    Value all =
        arith::ConstantIndexOp::create(builder, loc, weights.getClusters());
    auto symbol = FlatSymbolRefAttr::get(weights.getSymNameAttr());
    Value get = GetOp::create(builder, loc, weights.getType(), symbol);
    operand.set(MaterializeOp::create(builder, loc, get, all));
    if (constant->use_empty())
      constant->erase();
    return success();
  }

  /// Returns the symbol for an operand's weights. Data and scales may be shared
  /// with the weights of another function, but within a function each consumer
  /// has its own symbol.
  FailureOr<WeightsOp> findOrCreateWeights(OpOperand &operand,
                                           arith::ConstantOp constant) {
    Operation *op = operand.getOwner();
    auto function = op->getParentOfType<func::FuncOp>();
    Attribute scales = op->getAttr(CraniaDialect::getWeightScalesAttrName());
    for (Shared &shared : sharedWeights[{constant.getValue(), scales}])
      if (hasClustersOf(shared.weights, operand) &&
          std::exchange(shared.lastUser, function) != function) {
        op->removeAttr(CraniaDialect::getWeightScalesAttrName());
        return shared.weights;
      }
    FailureOr<WeightsOp> weights = createWeights(operand, constant);
    if (succeeded(weights))
      sharedWeights[{constant.getValue(), scales}].push_back(
          {*weights, function});
    return weights;
  }

  /// Returns true if the weights have the clusters of this operand. With a
  /// ranking over all layers, the same weights may be in other clusters in
  /// another function.
  bool hasClustersOf(WeightsOp weights, OpOperand &operand) const {
    if (!overLayers)
      return true;
    SmallVector<char> storage;
    auto own = decided.find(&operand);
    return own != decided.end() && weights.getAssignmentBytes(storage) ==
                                       ArrayRef<uint8_t>(own->second);
  }

  FailureOr<WeightsOp> createWeights(OpOperand &operand,
                                     arith::ConstantOp constant) {
    auto op = cast<linalg::LinalgOp>(operand.getOwner());
    auto values = cast<ElementsAttr>(constant.getValue());
    auto type = cast<RankedTensorType>(values.getType());
    FailureOr<ElementsAttr> scales = scalesOf(op, type);
    if (failed(checkType(op, type)) || failed(scales))
      return failure();
    // Symbols before the function are in the order of use.
    OpBuilder builder(op->getParentOfType<func::FuncOp>());
    auto clusteredType =
        ClusteredType::get(module.getContext(), type, boundaries.clusters());
    std::string name = nameOf(constant, op);
    FailureOr<ElementsAttr> assignment =
        assign(operand, values, type, *scales, name);
    if (failed(assignment))
      return failure();
    // The scales move from the contraction to the symbol.
    op->removeAttr(CraniaDialect::getWeightScalesAttrName());
    auto weights = WeightsOp::create(
        builder, constant.getLoc(), builder.getStringAttr(name), StringAttr(),
        TypeAttr::get(clusteredType), ImportanceAttr::get(module.getContext()),
        values, *assignment, *scales);
    symbols.insert(weights, Block::iterator(weights));
    return weights;
  }

  static LogicalResult checkType(linalg::LinalgOp op, RankedTensorType type) {
    if (type.getElementType().isF32() ||
        type.getElementType().isSignlessInteger(8) ||
        type.getElementType().isSignlessInteger(16))
      return success();
    return op.emitError() << "weights of type " << type
                          << " cannot be clustered by importance: f32, i16 "
                          << "and i8 are supported";
  }

  /// Returns the scales of the weights, or null if there are none.
  static FailureOr<ElementsAttr> scalesOf(linalg::LinalgOp op,
                                          RankedTensorType type) {
    Attribute attribute = op->getAttr(CraniaDialect::getWeightScalesAttrName());
    auto scales = dyn_cast_or_null<DenseElementsAttr>(attribute);
    if (!scales)
      return ElementsAttr();
    bool fits =
        scales.getType().getRank() == type.getRank() &&
        llvm::all_of(llvm::zip(scales.getType().getShape(), type.getShape()),
                     [](auto pair) {
                       auto [scale, extent] = pair;
                       return scale == 1 || scale == extent;
                     });
    if (!fits)
      return op.emitError() << "'" << CraniaDialect::getWeightScalesAttrName()
                            << "' of type " << scales.getType()
                            << " does not broadcast to its weights, " << type;
    return ElementsAttr(scales);
  }

  FailureOr<ElementsAttr> assign(OpOperand &operand, ElementsAttr values,
                                 RankedTensorType type, ElementsAttr scales,
                                 StringRef name) {
    auto op = cast<linalg::LinalgOp>(operand.getOwner());
    FailureOr<std::vector<uint8_t>> assignment =
        overLayers ? std::move(decided.find(&operand)->second)
                   : assignAlone(op, values, type, scales, name);
    if (failed(assignment))
      return failure();
    SmallVector<uint64_t> sizes(boundaries.clusters());
    for (uint8_t cluster : *assignment)
      ++sizes[cluster];
    report(op, name, sizes);
    auto ids = RankedTensorType::get(type.getShape(),
                                     IntegerType::get(module.getContext(), 8));
    return ElementsAttr(DenseResourceElementsAttr::get(
        ids, (name + ".cluster").str(),
        HeapAsmResourceBlob::allocateAndCopyInferAlign<uint8_t>(*assignment)));
  }

  FailureOr<std::vector<uint8_t>>
  assignAlone(linalg::LinalgOp op, ElementsAttr values, RankedTensorType type,
              ElementsAttr scales, StringRef name) {
    FailureOr<std::vector<float>> reals =
        realsOf(op, values, type, scales, name);
    if (failed(reals))
      return failure();
    crania::Result<std::vector<uint64_t>> sizes = boundaries.sizes(*reals);
    crania::Result<std::vector<uint8_t>> assignment =
        sizes ? crania::clustering::assignByImportance(*reals, *sizes)
              : sizes.error();
    if (!assignment)
      return op.emitError()
             << "weights '" << name << "': " << assignment.error().message;
    return std::move(*assignment);
  }

  static FailureOr<std::vector<float>>
  realsOf(linalg::LinalgOp op, ElementsAttr values, RankedTensorType type,
          ElementsAttr scales, StringRef name) {
    SmallVector<char> storage;
    ArrayRef<char> bytes = WeightsOp::rawBytes(values, storage);
    if (std::string fault = describeWrongSize(bytes, type); !fault.empty())
      return op.emitError() << "weights '" << name << "' have " << fault;
    if (!type.getElementType().isF32())
      return dequantize(bytes, type, scales);
    const auto *floats = reinterpret_cast<const float *>(bytes.data());
    return std::vector<float>(floats, floats + bytes.size() / sizeof(float));
  }

  /// Returns the weights that integers represent, or the integers if there are
  /// no scales.
  static std::vector<float>
  dequantize(ArrayRef<char> bytes, RankedTensorType type, ElementsAttr scales) {
    ArrayRef<int64_t> shape = type.getShape();
    SmallVector<unsigned> channels;
    std::vector<float> factors = {1};
    if (auto dense = dyn_cast_or_null<DenseElementsAttr>(scales)) {
      factors.assign(dense.value_begin<float>(), dense.value_end<float>());
      for (auto [dim, extent] : llvm::enumerate(dense.getType().getShape()))
        if (extent != 1)
          channels.push_back(dim);
    }
    crania::quantization::ChannelIndex index(
        {shape.data(), shape.size()}, {channels.data(), channels.size()});
    if (type.getElementType().isInteger(8))
      return crania::quantization::dequantizeWeights<int8_t>(
          {bytes.data(), bytes.size()}, index, factors);
    return crania::quantization::dequantizeWeights<int16_t>(
        {bytes.data(), bytes.size()}, index, factors);
  }

  void report(linalg::LinalgOp op, StringRef name, ArrayRef<uint64_t> sizes) {
    std::string text;
    llvm::raw_string_ostream os(text);
    llvm::interleaveComma(sizes, os);
    LLVM_DEBUG(llvm::dbgs() << "weights '" << name << "' have " << sizes.size()
                            << " clusters of " << text << " weights\n");
    remark::passed(op.getLoc(), remark::RemarkOpts::name("ClusteredWeights")
                                    .category("crania-cluster-weights"))
        << "clustered weights" << remark::metric("Weights", name)
        << remark::metric("ClusterSizes", text);
  }

  /// Weights that functions share. Functions are clustered one after the other,
  /// so the last function that used the weights tells whether the current one
  /// does.
  struct Shared {
    WeightsOp weights;
    func::FuncOp lastUser;
  };

  ModuleOp module;
  SymbolTable symbols;
  const Boundaries &boundaries;
  /// True if importances are ranked over all layers of a function. `decided`
  /// then holds the clusters.
  bool overLayers;
  llvm::DenseMap<OpOperand *, std::vector<uint8_t>> decided;
  /// The weights by values and scales.
  llvm::DenseMap<std::pair<Attribute, Attribute>, SmallVector<Shared, 1>>
      sharedWeights;
};

struct ClusterWeights
    : public crania::impl::ClusterWeightsBase<ClusterWeights> {
  using ClusterWeightsBase::ClusterWeightsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto boundaries = Boundaries::parse(clusters.getValue());
    if (!boundaries) {
      module.emitError() << boundaries.error().message;
      return signalPassFailure();
    }
    auto ranked = crania::parseName<ImportanceScope>(scope.getValue());
    if (!ranked) {
      module.emitError() << "scope " << ranked.error().message;
      return signalPassFailure();
    }
    Clusterer clusterer(module, *boundaries,
                        *ranked == ImportanceScope::global);
    SmallVector<func::FuncOp> classifiers;
    for (auto function : module.getOps<func::FuncOp>())
      if (CraniaDialect::isClassifier(function))
        classifiers.push_back(function);
    for (func::FuncOp function : classifiers)
      if (failed(clusterer.cluster(function)))
        return signalPassFailure();
  }
};

} // namespace
