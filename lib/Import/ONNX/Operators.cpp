// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operators.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace crania::importer;
using llvm::StringLiteral;

static constexpr StringLiteral kAddAttributes[] = {"axis", "broadcast"};
static constexpr StringLiteral kAveragePoolAttributes[] = {
    "auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape",
    "pads",     "strides"};
static constexpr StringLiteral kBatchNormalizationAttributes[] = {
    "epsilon", "is_test", "momentum", "spatial", "training_mode"};
static constexpr StringLiteral kClipAttributes[] = {"max", "min"};
static constexpr StringLiteral kConstantAttributes[] = {
    "value", "value_float", "value_floats", "value_int", "value_ints"};
static constexpr StringLiteral kConvAttributes[] = {
    "auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"};
static constexpr StringLiteral kDropoutAttributes[] = {"is_test", "ratio",
                                                       "seed"};
static constexpr StringLiteral kGemmAttributes[] = {
    "alpha", "beta", "broadcast", "transA", "transB"};
static constexpr StringLiteral kMaxPoolAttributes[] = {
    "auto_pad", "ceil_mode", "dilations",    "kernel_shape",
    "pads",     "strides",   "storage_order"};
static constexpr StringLiteral kAxis[] = {"axis"};
static constexpr StringLiteral kAllowZero[] = {"allowzero"};

// clang-format off
static const Operator kOperators[] = {
    {"Add", importAdd, 2, 2, 2, kAddAttributes},
    {"AveragePool", importAveragePool, 1, 1, 1, kAveragePoolAttributes},
    {"BatchNormalization", importBatchNormalization, 5, 5, 5, kBatchNormalizationAttributes},
    {"Clip", importClip, 1, 3, 3, kClipAttributes},
    {"Concat", importConcat, 1, kAnyNumber, 0, kAxis},
    {"Constant", importConstant, 0, 0, 0, kConstantAttributes},
    {"Conv", importConv, 2, 3, 3, kConvAttributes},
    {"Dropout", importDropout, 1, 3, 1, kDropoutAttributes},
    {"Flatten", importFlatten, 1, 1, 0, kAxis},
    {"Gemm", importGemm, 2, 3, 3, kGemmAttributes},
    {"GlobalAveragePool", importGlobalAveragePool, 1, 1, 1, {}},
    {"Identity", importIdentity, 1, 1, 0, {}},
    {"MatMul", importMatMul, 2, 2, 2, {}},
    {"MaxPool", importMaxPool, 1, 1, 1, kMaxPoolAttributes},
    {"Relu", importRelu, 1, 1, 1, {}},
    {"Reshape", importReshape, 2, 2, 0, kAllowZero},
    {"Softmax", importSoftmax, 1, 1, 1, kAxis},
};
// clang-format on

const Operator *crania::importer::findOperator(llvm::StringRef type) {
  for (const Operator &candidate : kOperators)
    if (candidate.type == type)
      return &candidate;
  return nullptr;
}

std::string crania::importer::listOperators() {
  return llvm::join(
      llvm::map_range(kOperators,
                      [](const Operator &op) { return op.type.str(); }),
      ", ");
}
