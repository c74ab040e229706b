// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Node.h"

#include "llvm/ADT/StringExtras.h"

using namespace crania::importer;
using namespace mlir;
using ::onnx::AttributeProto;

std::string crania::importer::describeNode(const ::onnx::NodeProto &proto) {
  std::string name = proto.name();
  if (name.empty() && proto.output_size() > 0)
    name = proto.output(0);
  return "node '" + name + "' (" + proto.op_type() + ")";
}

/// Formats the value of an attribute for a message, shortened.
static std::string formatAttribute(const AttributeProto &attribute) {
  constexpr int kShown = 8;
  auto list = [](const auto &values) {
    std::string text = "[";
    for (int i = 0; i < values.size() && i < kShown; ++i)
      text += (i ? ", " : "") + std::to_string(values.Get(i));
    return text + (values.size() > kShown ? ", ...]" : "]");
  };
  switch (attribute.type()) {
  case AttributeProto::FLOAT:
    return std::to_string(attribute.f());
  case AttributeProto::INT:
    return std::to_string(attribute.i());
  case AttributeProto::STRING:
    return "'" + attribute.s().substr(0, 64) + "'";
  case AttributeProto::INTS:
    return list(attribute.ints());
  case AttributeProto::FLOATS:
    return list(attribute.floats());
  default:
    return "a " + AttributeProto::AttributeType_Name(attribute.type());
  }
}

InFlightDiagnostic Node::emitError() const {
  return mlir::emitError(loc) << describeNode(proto) << ": ";
}

InFlightDiagnostic Node::emitAttributeError(StringRef attribute) const {
  InFlightDiagnostic error = emitError();
  error << "attribute '" << attribute << "'";
  if (const AttributeProto *found = find(attribute))
    error << " = " << formatAttribute(*found);
  error << " ";
  return error;
}

FailureOr<SmallVector<int64_t>>
Node::readConstantIntegers(unsigned index, StringRef what) const {
  const ConstantTensor *known = constant(index);
  if (!known)
    return emitError()
           << "the " << what
           << " is computed at run time; only a constant is supported";
  if (known->isFloat() || known->shape().size() > 1)
    return emitError() << "the " << what << " must be a list of integers";
  return SmallVector<int64_t>(known->integers());
}

LogicalResult Node::requireRank(unsigned index, unsigned lowest,
                                unsigned highest) const {
  unsigned found = rank(index);
  if (lowest <= found && found <= highest)
    return success();
  InFlightDiagnostic error = emitError()
                             << "input '" << proto.input(index) << "' of shape "
                             << formatShape(shape(index)) << " has rank "
                             << found << "; expected ";
  if (lowest == highest)
    return error << "rank " << lowest;
  return error << "rank " << lowest << " to " << highest;
}

const AttributeProto *Node::find(StringRef name) const {
  for (const AttributeProto &attribute : proto.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

FailureOr<const AttributeProto *> Node::findTyped(StringRef name,
                                                  int attributeType) const {
  const AttributeProto *found = find(name);
  if (!found || found->type() == attributeType)
    return found;
  return emitError() << "attribute '" << name << "' has type "
                     << AttributeProto::AttributeType_Name(found->type())
                     << "; expected "
                     << AttributeProto::AttributeType_Name(
                            static_cast<AttributeProto::AttributeType>(
                                attributeType));
}

LogicalResult Node::read(StringRef name, int64_t &value) const {
  FailureOr<const AttributeProto *> found =
      findTyped(name, AttributeProto::INT);
  if (succeeded(found) && *found)
    value = (*found)->i();
  return found;
}

LogicalResult Node::read(StringRef name, float &value) const {
  FailureOr<const AttributeProto *> found =
      findTyped(name, AttributeProto::FLOAT);
  if (succeeded(found) && *found)
    value = (*found)->f();
  return found;
}

LogicalResult Node::read(StringRef name, std::string &value) const {
  FailureOr<const AttributeProto *> found =
      findTyped(name, AttributeProto::STRING);
  if (succeeded(found) && *found)
    value = (*found)->s();
  return found;
}

LogicalResult Node::read(StringRef name,
                         SmallVectorImpl<int64_t> &values) const {
  FailureOr<const AttributeProto *> found =
      findTyped(name, AttributeProto::INTS);
  if (succeeded(found) && *found)
    values.assign((*found)->ints().begin(), (*found)->ints().end());
  return found;
}

LogicalResult Node::read(StringRef name, std::vector<float> &values) const {
  FailureOr<const AttributeProto *> found =
      findTyped(name, AttributeProto::FLOATS);
  if (succeeded(found) && *found)
    values.assign((*found)->floats().begin(), (*found)->floats().end());
  return found;
}

FailureOr<const ::onnx::TensorProto *> Node::readTensor(StringRef name) const {
  FailureOr<const AttributeProto *> found =
      findTyped(name, AttributeProto::TENSOR);
  if (failed(found))
    return failure();
  return &(*found)->t();
}

LogicalResult Node::requireAttribute(StringRef name, int64_t defaultValue,
                                     int64_t supported) const {
  int64_t value = defaultValue;
  if (failed(read(name, value)))
    return failure();
  if (value == supported)
    return success();
  return emitAttributeError(name)
         << "is not supported; only " << supported << " is";
}

LogicalResult Node::readAxis(StringRef name, unsigned rank, int64_t &axis,
                             bool inclusive) const {
  if (failed(read(name, axis)))
    return failure();
  int64_t normalized = axis < 0 ? axis + rank : axis;
  if (normalized < 0 || normalized > rank || (normalized == rank && !inclusive))
    return emitAttributeError(name)
           << "is not an axis of a tensor of rank " << rank;
  axis = normalized;
  return success();
}
