// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "acme/Acme.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace acme {
#define GEN_PASS_DEF_STRIPEWEIGHTS
#include "acme/Passes.h.inc"
} // namespace acme

using namespace mlir;
using namespace crania::ir;

LogicalResult acme::StripedAttr::verifyWeights(Operation *op) const {
  auto weights = cast<WeightsOp>(op);
  SmallVector<char> storage;
  for (auto [i, cluster] : llvm::enumerate(weights.getAssignmentBytes(storage)))
    if (cluster != i % uint64_t(weights.getClusters()))
      return op->emitOpError() << "is striped, but weight " << i
                               << " is in cluster " << int(cluster);
  return success();
}

void acme::StripedAttr::materialize(Operation *op, int64_t round,
                                    MutableArrayRef<char> result) const {
  auto weights = cast<WeightsOp>(op);
  SmallVector<char> storage;
  ArrayRef<char> values = weights.getValueBytes(storage);
  const size_t positions =
      size_t(weights.getClusteredType().getTensor().getNumElements());
  const size_t width = values.size() / positions;
  llvm::fill(result, 0);
  for (size_t i = 0; i != positions; ++i)
    if (int64_t(i % uint64_t(weights.getClusters())) < round)
      llvm::copy(values.slice(i * width, width), &result[i * width]);
}

Value acme::StripedAttr::emitMaterialize(OpBuilder &builder, Location loc,
                                         Operation *op, Value round) const {
  auto weights = cast<WeightsOp>(op);
  RankedTensorType type = weights.getClusteredType().getTensor();
  Value values = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(weights.getValues()));
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.getElementType()));
  Value clusters =
      arith::ConstantIndexOp::create(builder, loc, weights.getClusters());
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  SmallVector<AffineMap> maps(2,
                              builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, ValueRange{values}, ValueRange{empty}, maps,
      iterators, [&](OpBuilder &b, Location l, ValueRange args) {
        Value position = arith::ConstantIndexOp::create(b, l, 0);
        for (auto [dimension, extent] : llvm::enumerate(type.getShape())) {
          Value size = arith::ConstantIndexOp::create(b, l, extent);
          Value index = linalg::IndexOp::create(b, l, int64_t(dimension));
          position = arith::MulIOp::create(b, l, position, size);
          position = arith::AddIOp::create(b, l, position, index);
        }
        Value cluster = arith::RemUIOp::create(b, l, position, clusters);
        Value present = arith::CmpIOp::create(b, l, arith::CmpIPredicate::ult,
                                              cluster, round);
        Value word = arith::SelectOp::create(b, l, present, args[0], zero);
        linalg::YieldOp::create(b, l, word);
      });
  return generic.getResult(0);
}

namespace {

struct StripeWeights : acme::impl::StripeWeightsBase<StripeWeights> {
  void runOnOperation() override {
    for (WeightsOp weights : getOperation().getOps<WeightsOp>()) {
      auto type = RankedTensorType::get(
          weights.getClusteredType().getTensor().getShape(),
          IntegerType::get(&getContext(), 8));
      std::vector<int8_t> assignment(size_t(type.getNumElements()));
      for (auto [i, cluster] : llvm::enumerate(assignment))
        cluster = int8_t(i % uint64_t(weights.getClusters()));
      weights.setSchemeAttr(acme::StripedAttr::get(&getContext()));
      weights.setAssignmentAttr(
          DenseElementsAttr::get(type, ArrayRef<int8_t>(assignment)));
    }
  }
};

} // namespace
