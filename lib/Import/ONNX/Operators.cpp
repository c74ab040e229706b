// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operators.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace crania::importer;

// The opsets are those of ONNX's Changelog.md.
static constexpr int64_t kAlways = 1;
static constexpr Attribute kLegacyBroadcast[] = {{"axis", kAlways, 6},
                                                 {"broadcast", kAlways, 6}};
static constexpr Attribute kAveragePoolAttributes[] = {
    {"auto_pad"},      {"ceil_mode", 10}, {"count_include_pad", 7},
    {"dilations", 19}, {"kernel_shape"},  {"pads"},
    {"strides"}};
static constexpr Attribute kBatchNormalizationAttributes[] = {
    {"epsilon"},
    {"is_test", kAlways, 6},
    {"momentum"},
    {"spatial", kAlways, 8},
    {"training_mode", 14}};
static constexpr Attribute kClipAttributes[] = {{"max", kAlways, 10},
                                                {"min", kAlways, 10}};
static constexpr Attribute kConstantAttributes[] = {{"value"},
                                                    {"value_float", 12},
                                                    {"value_floats", 12},
                                                    {"value_int", 12},
                                                    {"value_ints", 12}};
static constexpr Attribute kConvAttributes[] = {{"auto_pad"}, {"dilations"},
                                                {"group"},    {"kernel_shape"},
                                                {"pads"},     {"strides"}};
static constexpr Attribute kDropoutAttributes[] = {
    {"is_test", kAlways, 6}, {"ratio", kAlways, 11}, {"seed", 12}};
static constexpr Attribute kGemmAttributes[] = {
    {"alpha"}, {"beta"}, {"broadcast", kAlways, 6}, {"transA"}, {"transB"}};
static constexpr Attribute kMaxPoolAttributes[] = {
    {"auto_pad"}, {"ceil_mode", 10}, {"dilations", 10},   {"kernel_shape"},
    {"pads"},     {"strides"},       {"storage_order", 8}};
static constexpr Attribute kReduceMaxAttributes[] = {
    {"axes", kAlways, 17}, {"keepdims"}, {"noop_with_empty_axes", 18}};
static constexpr Attribute kReduceSumAttributes[] = {
    {"axes", kAlways, 12}, {"keepdims"}, {"noop_with_empty_axes", 13}};
static constexpr Attribute kAxis[] = {{"axis"}};
static constexpr Attribute kAllowZero[] = {{"allowzero", 14}};

// clang-format off
static const Operator kOperators[] = {
    {"Add", importAdd, 2, 2, 2, kLegacyBroadcast},
    {"AveragePool", importAveragePool, 1, 1, 1, kAveragePoolAttributes},
    {"BatchNormalization", importBatchNormalization, 5, 5, 5, kBatchNormalizationAttributes},
    {"Clip", importClip, 1, 3, 3, kClipAttributes},
    {"Concat", importConcat, 1, kAnyNumber, 0, kAxis},
    {"Constant", importConstant, 0, 0, 0, kConstantAttributes},
    {"Conv", importConv, 2, 3, 3, kConvAttributes},
    {"Div", importDiv, 2, 2, 2, kLegacyBroadcast},
    {"Dropout", importDropout, 1, 3, 1, kDropoutAttributes},
    {"Exp", importExp, 1, 1, 1, {}},
    {"Flatten", importFlatten, 1, 1, 0, kAxis},
    {"Gemm", importGemm, 2, 3, 3, kGemmAttributes},
    {"GlobalAveragePool", importGlobalAveragePool, 1, 1, 1, {}},
    {"Identity", importIdentity, 1, 1, 0, {}},
    {"Log", importLog, 1, 1, 1, {}},
    {"LogSoftmax", importLogSoftmax, 1, 1, 1, kAxis},
    {"MatMul", importMatMul, 2, 2, 2, {}},
    {"MaxPool", importMaxPool, 1, 1, 1, kMaxPoolAttributes},
    {"Mul", importMul, 2, 2, 2, kLegacyBroadcast},
    {"ReduceMax", importReduceMax, 1, 2, 1, kReduceMaxAttributes},
    {"ReduceSum", importReduceSum, 1, 2, 1, kReduceSumAttributes},
    {"Relu", importRelu, 1, 1, 1, {}},
    {"Reshape", importReshape, 2, 2, 0, kAllowZero},
    {"Softmax", importSoftmax, 1, 1, 1, kAxis},
    {"Sub", importSub, 2, 2, 2, kLegacyBroadcast},
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
