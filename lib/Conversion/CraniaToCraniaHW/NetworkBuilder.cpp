// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Network.h"
#include "PlaneView.h"
#include "ScalarCode.h"
#include "StageFormation.h"
#include "TensorPlaces.h"
#include "crania/Dialect/CraniaHW/IR/ElementTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

/// The largest number of loops and dimensions of a command.
constexpr size_t maxLoops = 8;
/// The largest number of elements of a tensor, weights included, that a device
/// binary can describe.
constexpr int64_t maxElements = int64_t(1) << 31;

class NetworkBuilder {
public:
  NetworkBuilder(ir::IterateOp iterate, const target::TargetModel &target,
                 ElementTypes types)
      : iterate(iterate), target(target), types(std::move(types)),
        places(iterate, this->types, network) {}

  FailureOr<Network> run() {
    if (!isa<RankedTensorType>(iterate.getLogits().getType()))
      return iterate.emitOpError()
             << "works on buffers; lower it before bufferization";
    Block &body = iterate.getBody().front();
    for (Operation &op : body)
      if (failed(checkTypes(op)))
        return failure();
    places.chooseDestinations();
    for (Operation &op : body.without_terminator())
      if (failed(visit(op)))
        return failure();
    if (failed(visitLogits(cast<ir::YieldOp>(body.getTerminator()))))
      return failure();
    for (const Node &node : nodes)
      if (failed(checkSize(node)))
        return failure();
    network.stages = formStages(std::move(nodes), network, target);
    return std::move(network);
  }

private:
  LogicalResult checkTypes(Operation &op) {
    for (Type type : op.getResultTypes()) {
      auto tensor = dyn_cast<TensorType>(type);
      if (!tensor)
        continue;
      auto ranked = dyn_cast<RankedTensorType>(type);
      if (!ranked || !ranked.hasStaticShape())
        return op.emitOpError()
               << "has the result type " << type
               << "; the machine needs static shapes, see the entry contract "
                  "(crania-check-classifiers)";
      if (!hasReasonableSize(ranked))
        return op.emitOpError()
               << "has a result of type " << type << "; the machine takes 1 to "
               << maxElements << " elements";
    }
    return success();
  }

  static bool hasReasonableSize(RankedTensorType type) {
    int64_t elements = 1;
    for (int64_t size : type.getShape()) {
      if (size == 0 || size > maxElements / elements)
        return false;
      elements *= size;
    }
    return true;
  }

  static LogicalResult checkSize(const Node &node) {
    size_t most = std::max(node.loops.size(), node.output.dims.size());
    for (const Access &input : node.inputs)
      most = std::max(most, input.dims.size());
    if (most <= maxLoops)
      return success();
    return emitError(node.loc)
           << "the op needs " << most
           << " loops or dimensions of more than one index; a command has at "
              "most "
           << maxLoops << ": collapse some";
  }

  LogicalResult visit(Operation &op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
        .Case<arith::ConstantOp, tensor::EmptyOp, ir::GetOp, ir::MaterializeOp,
              ir::PerRoundOp>([](auto) { return success(); })
        .Case<tensor::PadOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
              tensor::ExtractSliceOp, tensor::ConcatOp>(
            [&](auto same) { return visitView(same); })
        .Case<linalg::LinalgOp>([&](auto structured) -> LogicalResult {
          if (!structured.hasPureTensorSemantics())
            return structured.emitOpError()
                   << "works on buffers; lower it before bufferization";
          return isContractionLike(structured) ? visitContraction(structured)
                                               : visitVector(structured);
        })
        .Default([](Operation *other) {
          return other->emitOpError()
                 << "cannot run on the machine; move it before or after the "
                    "iteration, or express it as a linalg op";
        });
  }

  //===--------------------------------------------------------------------===//
  // Views
  //===--------------------------------------------------------------------===//

  FailureOr<View> viewOf(Value value, Operation *user) {
    auto known = views.find(value);
    if (known != views.end())
      return known->second;
    return places.resolveOuter(value, user);
  }

  /// Copies a view to a new place, without padding.
  View copyToFresh(const View &source, Location loc) {
    View fresh = places.addTensor(nameOf(loc, "copy"), source.shape(),
                                  network.storages[source.storage].element);
    addCopy(source, fresh, loc);
    return fresh;
  }

  void addCopy(const View &source, const View &destination, Location loc) {
    assert(source.shape() == destination.shape() && "a copy keeps the shape");
    assert(!destination.isPadded() && "padding cannot be written");
    AffineMap map = AffineMap::getMultiDimIdentityMap(source.dims.size(),
                                                      iterate.getContext());
    Node node{loc, source.shape(), {}, {}, {}, {}, {}, {}};
    node.inputs.push_back(*Access::create(source, map));
    node.output = *Access::create(destination, map);
    addVectorNode(std::move(node));
  }

  /// Records the result of an op that moves no data, or a copy if one is
  /// needed. `transform` returns the view of the result, given that of the
  /// source or of its copy.
  LogicalResult
  setView(Operation *op, Value source,
          llvm::function_ref<FailureOr<View>(const View &)> transform) {
    FailureOr<View> view = viewOf(source, op);
    if (failed(view))
      return failure();
    FailureOr<View> result = transform(*view);
    if (failed(result))
      result = transform(copyToFresh(*view, op->getLoc()));
    if (failed(result))
      return op->emitOpError() << "cannot run on the machine";
    views[op->getResult(0)] = *result;
    return success();
  }

  LogicalResult visitView(tensor::PadOp pad) {
    Value padding = pad.getConstantPaddingValue();
    Attribute constant;
    if (padding)
      matchPattern(padding, m_Constant(&constant));
    std::optional<double> number = numberOf(constant, types.of(pad));
    if (!number)
      return pad.emitOpError()
             << "pads with a value that is not a constant number";
    std::optional<SmallVector<int64_t>> low =
        getConstantIntValues(pad.getMixedLowPad());
    std::optional<SmallVector<int64_t>> high =
        getConstantIntValues(pad.getMixedHighPad());
    if (!low || !high)
      return pad.emitOpError() << "has pads that are not constant";
    return setView(pad, pad.getSource(), [&](const View &view) {
      return view.padded(*low, *high, *number);
    });
  }

  /// Returns a constant as the machine reads it in elements of that type.
  static std::optional<double> numberOf(Attribute constant, Type element) {
    if (auto number = dyn_cast_or_null<FloatAttr>(constant))
      return number.getValueAsDouble();
    auto integer = dyn_cast_or_null<IntegerAttr>(constant);
    if (!integer)
      return std::nullopt;
    return element.isUnsignedInteger()
               ? double(integer.getValue().getZExtValue())
               : double(integer.getValue().getSExtValue());
  }

  LogicalResult visitView(tensor::CollapseShapeOp op) {
    return setView(op, op.getSrc(), [&](const View &view) {
      return view.collapsed(op.getReassociationIndices());
    });
  }

  LogicalResult visitView(tensor::ExpandShapeOp op) {
    return setView(op, op.getSrc(), [&](const View &view) {
      return view.expanded(op.getReassociationIndices(),
                           op.getResultType().getShape());
    });
  }

  LogicalResult visitView(tensor::ExtractSliceOp op) {
    if (op.getType().getRank() != op.getSourceType().getRank())
      return op.emitOpError() << "drops dimensions; use tensor.collapse_shape";
    if (!op.hasUnitStride() && llvm::any_of(op.getStaticStrides(), [](auto s) {
          return ShapedType::isDynamic(s);
        }))
      return op.emitOpError() << "has strides that are not constant";
    if (llvm::any_of(op.getStaticOffsets(),
                     [](int64_t o) { return ShapedType::isDynamic(o); }))
      return op.emitOpError() << "has offsets that are not constant";
    return setView(op, op.getSource(), [&](const View &view) {
      return view.sliced(op.getStaticOffsets(), op.getStaticSizes(),
                         op.getStaticStrides());
    });
  }

  /// Copies the operands of a concatenation that were not written to their
  /// slice.
  LogicalResult visitView(tensor::ConcatOp concat) {
    for (auto [index, operand] : llvm::enumerate(concat.getInputs())) {
      FailureOr<View> view = viewOf(operand, concat);
      if (failed(view))
        return failure();
      View slice = places.sliceOf(concat, index);
      if (!(*view == slice))
        addCopy(*view, slice, concat.getLoc());
    }
    views[concat.getResult()] = places.destinationOf(concat.getResult());
    return success();
  }

  LogicalResult visitLogits(ir::YieldOp yield) {
    Value logits = yield.getLogits();
    if (yield.getTested() != logits)
      return yield.emitOpError()
             << "gives logits that are not what the exit rule "
                "tests; the machine has one tensor for both";
    FailureOr<View> view = viewOf(logits, yield);
    if (failed(view))
      return failure();
    // The logits stay on chip, but no other tensor should because of them.
    auto type = cast<RankedTensorType>(logits.getType());
    bool isPart =
        network.storages[view->storage].elements != type.getNumElements();
    if (isPart || !isOneRow(*view))
      view = copyToFresh(*view, yield.getLoc());
    network.logits = view->storage;
    network.logitsOffset = view->offset;
    network.logitsType = type;
    if (!network.inputValue)
      return iterate.emitOpError()
             << "reads no input: nothing in it depends on "
                "a tensor from outside";
    return success();
  }

  /// Returns true if the elements are contiguous in memory, as the exit unit
  /// reads them.
  static bool isOneRow(const View &view) {
    ReassociationIndices all;
    for (int64_t i = 0; i < int64_t(view.dims.size()); ++i)
      all.push_back(i);
    FailureOr<View> row = view.collapsed(all);
    return succeeded(row) && !row->isPadded() && row->dims[0].start == 0 &&
           (row->dims[0].stride == 1 || row->dims[0].size == 1);
  }

  //===--------------------------------------------------------------------===//
  // Vector nodes
  //===--------------------------------------------------------------------===//

  LogicalResult visitVector(linalg::LinalgOp op) {
    if (op->getNumResults() != 1)
      return op.emitOpError() << "has " << op->getNumResults()
                              << " results; vector commands have one: split it";
    OpOperand *init = op.getDpsInitOperand(0);
    AffineMap outputMap = op.getMatchingIndexingMap(init);
    Node node{op.getLoc(), op.getStaticLoopRanges(), {}, {}, {}, {}, {}, {}};
    node.reduces = op.getNumReductionLoops() > 0;
    FailureOr<ScalarCode> code = translateScalarCode(op, node.reduces, types);
    if (failed(code) || failed(addInputs(op, *code, node)))
      return failure();
    node.code = std::move(code->instructions);

    const View &place = places.destinationOf(op->getResult(0));
    FailureOr<Access> output = Access::create(place, outputMap);
    if (failed(output) || !outputMap.isProjectedPermutation(true))
      return op.emitOpError() << "writes its output at indices that are not a "
                                 "permutation of its loops";
    node.output = *output;
    if (node.reduces && failed(setInitial(op, init, place, node)))
      return failure();
    views[op->getResult(0)] = place;
    addVectorNode(std::move(node));
    return success();
  }

  LogicalResult addInputs(linalg::LinalgOp op, const ScalarCode &code,
                          Node &node) {
    AffineMap scalarMap = AffineMap::get(node.loops.size(), 0, op.getContext());
    for (const ScalarCode::Input &input : code.inputs) {
      Value value = input.operand ? input.operand->get() : input.scalar;
      AffineMap map =
          input.operand ? op.getMatchingIndexingMap(input.operand) : scalarMap;
      FailureOr<View> view = viewOf(value, op);
      if (failed(view))
        return failure();
      FailureOr<Access> access = Access::create(*view, map);
      if (failed(access))
        return op.emitOpError()
               << "reads operand " << input.operand->getOperandNumber()
               << " at indices that are not linear in its loops";
      node.inputs.push_back(*access);
    }
    return success();
  }

  /// Sets the initial value of a reduction. If it is not a constant, it is
  /// copied to the output first.
  LogicalResult setInitial(linalg::LinalgOp op, OpOperand *init,
                           const View &place, Node &node) {
    Attribute constant;
    if (auto fill = init->get().getDefiningOp<linalg::FillOp>())
      matchPattern(fill.value(), m_Constant(&constant));
    node.initial = numberOf(constant, types.of(op->getResult(0)));
    if (node.initial)
      return success();
    FailureOr<View> view = viewOf(init->get(), op);
    if (failed(view))
      return failure();
    addCopy(*view, place, op.getLoc());
    return success();
  }

  void addVectorNode(Node node) {
    dropUnitLoops(node);
    nodes.push_back(std::move(node));
  }

  /// Removes loops of one iteration, which have no effect.
  static void dropUnitLoops(Node &node) {
    auto isUnit = [&](unsigned loop) { return node.loops[loop] == 1; };
    auto simplify = [&](Access &access) {
      for (Access::Dim &dim : access.dims)
        for (unsigned loop = node.loops.size(); loop-- > 0;)
          if (isUnit(loop))
            dim.coefficients.erase(dim.coefficients.begin() + loop);
      llvm::erase_if(access.dims, [](const Access::Dim &dim) {
        return dim.extent == 1 && dim.start == 0 &&
               llvm::all_of(dim.coefficients, [](int64_t coefficient) {
                 return coefficient == 0;
               });
      });
    };
    for (Access &input : node.inputs)
      simplify(input);
    simplify(node.output);
    llvm::erase(node.loops, 1);
  }

  //===--------------------------------------------------------------------===//
  // Contractions
  //===--------------------------------------------------------------------===//

  LogicalResult visitContraction(linalg::LinalgOp op) {
    OpOperand *weights = nullptr;
    for (OpOperand *operand : op.getDpsInputOperands())
      if (operand->get().getDefiningOp<ir::MaterializeOp>())
        weights = operand;
    if (!weights)
      return op.emitOpError()
             << "multiplies two tensors neither of which is clustered weights; "
                "the PE array multiplies by weights (constants become weights "
                "by crania-cluster-weights)";
    Result<Contraction> contraction = analyzeContraction(op, weights->get());
    if (!contraction)
      return op.emitOpError()
             << "cannot run on the PE array: " << contraction.error().message;
    if (failed(checkArithmetic(op, weights->get(), contraction->input->get())))
      return failure();
    FailureOr<unsigned> index = addWeights(op, weights->get(), *contraction);
    FailureOr<View> input = viewOf(contraction->input->get(), op);
    if (failed(index) || failed(input))
      return failure();
    const View &place = places.destinationOf(op->getResult(0));
    views[op->getResult(0)] = place;
    return addContractNode(op, *index, *input, place);
  }

  /// Checks the element types of a contraction. The type of the weights selects
  /// the arithmetic of the PE array.
  LogicalResult checkArithmetic(linalg::LinalgOp op, Value weights,
                                Value input) {
    Type w = types.of(weights), x = types.of(input),
         y = types.of(op->getResult(0));
    std::optional<binary::ElementType> weight = hw::elementTypeOf(w),
                                       in = hw::elementTypeOf(x),
                                       out = hw::elementTypeOf(y);
    if (weight && in && out && binary::isWeightType(*weight) &&
        binary::takesInput(*weight, *in) &&
        binary::traitsOf(*weight).sum == out)
      return success();
    return op.emitOpError()
           << "multiplies " << x << " by weights of " << w << " into " << y
           << "; the PE array takes f32 into f32, i8 or ui8 by "
              "i8 into i32, and "
              "i16 by i16 into i64";
  }

  FailureOr<unsigned> addWeights(linalg::LinalgOp op, Value value,
                                 const Contraction &contraction) {
    auto materialize = value.getDefiningOp<ir::MaterializeOp>();
    auto get = materialize.getWeights().getDefiningOp<ir::GetOp>();
    if (!get)
      return materialize.emitOpError()
             << "reads weights that are not the result of a crania.get";
    auto symbol = SymbolTable::lookupNearestSymbolFrom<ir::WeightsOp>(
        get, get.getWeightsAttr());
    if (!symbol)
      return get.emitOpError() << "refers to no crania.weights";
    for (const NetworkWeights &other : network.weights)
      if (other.op == symbol)
        return op.emitOpError()
               << "is the second op that reads the weights "
               << get.getWeightsAttr()
               << "; duplicate the symbol, as a plan is for one contraction";
    NetworkWeights entry{
        symbol, contraction,          contraction.tiling(target),
        true,   symbol.getClusters(), streamedBytes(symbol)};
    if (materialize.getRound() != iterate.getRound()) {
      APInt constant;
      if (!matchPattern(materialize.getRound(), m_ConstantInt(&constant)))
        return materialize.emitOpError()
               << "reads the weights of a round that is neither the round of "
                  "the iteration nor a constant";
      entry.followsRound = false;
      entry.clusters =
          std::clamp<int64_t>(constant.getSExtValue(), 1, symbol.getClusters());
    }
    network.weights.push_back(entry);
    return network.weights.size() - 1;
  }

  uint64_t streamedBytes(ir::WeightsOp symbol) {
    uint64_t bytes = 0;
    if (ir::FetchPlanAttr plan = iterate.getPlanOf(symbol.getSymNameAttr()))
      for (ir::SegmentAttr segment : plan.getSegments())
        if (segment.getBytes() &&
            !(segment.getResidency() == ir::Residency::Retained))
          bytes += *segment.getBytes();
    return bytes;
  }

  LogicalResult addContractNode(linalg::LinalgOp op, unsigned index,
                                const View &input, const View &place) {
    assert(index < network.weights.size() && "no such weights");
    const Contraction &c = network.weights[index].contraction;
    FailureOr<View> inputPlane = viewAsPlane(input, c.inputPlane);
    if (succeeded(inputPlane) && inputPlane->isPadded() &&
        inputPlane->padding != 0)
      inputPlane = failure();
    if (failed(inputPlane))
      inputPlane = viewAsPlane(copyToFresh(input, op.getLoc()), c.inputPlane);
    FailureOr<View> outputPlane = viewAsPlane(place, c.outputPlane);
    if (failed(inputPlane) || failed(outputPlane))
      return op.emitOpError()
             << "cannot run on the PE array: its operands are not "
                "planes of channels, rows and columns";

    Node node{op.getLoc(), {}, {}, {}, index, {}, {}, {}};
    node.loops = {c.groups * c.outputs,
                  c.outputPlane.height,
                  c.outputPlane.width,
                  c.groups * c.channels,
                  c.kernelH,
                  c.kernelW};
    MLIRContext *context = op.getContext();
    auto loop = [&](unsigned index) {
      return getAffineDimExpr(index, context);
    };
    auto mapOf = [&](ArrayRef<AffineExpr> results) {
      return AffineMap::get(Node::contractLoops, 0, results, context);
    };
    // These maps are linear by construction, so create cannot fail.
    node.inputs.push_back(*Access::create(
        *inputPlane, mapOf({loop(Node::inputChannel),
                            loop(Node::row) * c.strideH +
                                loop(Node::kernelRow) * c.dilationH,
                            loop(Node::column) * c.strideW +
                                loop(Node::kernelColumn) * c.dilationW})));
    node.output = *Access::create(*outputPlane,
                                  mapOf({loop(Node::outputChannel),
                                         loop(Node::row), loop(Node::column)}));
    nodes.push_back(std::move(node));
    return success();
  }

  ir::IterateOp iterate;
  const target::TargetModel &target;
  ElementTypes types;
  Network network;
  TensorPlaces places;
  llvm::DenseMap<Value, View> views;
  std::vector<Node> nodes;
};

} // namespace

FailureOr<Network>
crania::lowering::buildNetwork(ir::IterateOp iterate,
                               const target::TargetModel &target) {
  FailureOr<ElementTypes> types = ElementTypes::create(iterate);
  if (failed(types))
    return failure();
  return NetworkBuilder(iterate, target, std::move(*types)).run();
}

Type crania::lowering::precisionOf(const Network &network,
                                   MLIRContext *context) {
  llvm::MapVector<Type, double> multiplications;
  for (const Stage &stage : network.stages)
    if (const Node &node = stage.nodes.front(); node.isContract()) {
      const NetworkWeights &weights = network.weights[*node.weights];
      double points = 1;
      for (int64_t extent : node.loops)
        points *= double(extent);
      multiplications[weights.element()] += points;
    }
  auto most = llvm::max_element(
      multiplications, [](auto &a, auto &b) { return a.second < b.second; });
  return most == multiplications.end() ? Float32Type::get(context)
                                       : most->first;
}
