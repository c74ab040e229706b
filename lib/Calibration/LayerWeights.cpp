// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LayerWeights.h"

#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/IR/WeightData.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace crania;
using ir::CraniaDialect;
using ir::WeightsOp;

Result<LayerWeights> crania::readWeights(const Contraction &contraction) {
  LayerWeights weights;
  weights.op = contraction.op;
  auto constant = contraction.weights->get().getDefiningOp<arith::ConstantOp>();
  auto type = cast<RankedTensorType>(contraction.weights->get().getType());
  if (!constant || !type.getElementType().isInteger(8))
    return Error{"its weights are not constants of 8 bits"};
  weights.constant = cast<ElementsAttr>(constant.getValue());
  auto scales = weights.op->getAttrOfType<DenseElementsAttr>(
      CraniaDialect::getWeightScalesAttrName());
  if (!scales || (scales.getNumElements() != 1 &&
                  scales.getNumElements() != contraction.outputs))
    return Error{"its weights have no scales of the output channels"};
  weights.scaleAttr = scales;
  for (int64_t o = 0; o < contraction.outputs; ++o)
    weights.scales.push_back(scales.getNumElements() == 1
                                 ? *scales.value_begin<float>()
                                 : scales.getValues<float>()[size_t(o)]);
  SmallVector<char> storage;
  ArrayRef<char> bytes = WeightsOp::rawBytes(weights.constant, storage);
  if (std::string fault = ir::describeWrongSize(bytes, type); !fault.empty())
    return Error{"its weights have " + fault};
  for (int64_t o = 0; o < contraction.outputs; ++o)
    for (int64_t offset : contraction.depthOffsets()) {
      weights.indices.push_back(contraction.rowStart(0, o) + offset);
      weights.codes.push_back(int8_t(bytes[weights.indices.back()]));
    }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weights.constant))
    weights.name = resource.getRawHandle().getKey().str();
  else if (auto loc = weights.op->getLoc()->findInstanceOf<NameLoc>())
    weights.name = loc.getName().str();
  else
    weights.name = "w";
  return weights;
}
