// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ConstantTensor.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SwapByteOrder.h"

#include <cstring>

using namespace crania::importer;
using namespace mlir;

// Raw tensor data in ONNX is little endian and is used unchanged.
static_assert(llvm::sys::IsLittleEndianHost,
              "the ONNX importer needs a little endian host");

FailureOr<int64_t> crania::importer::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  if (shape.size() > kMaxRank)
    return failure();
  for (int64_t dim : shape) {
    if (dim < 0 || llvm::MulOverflow(count, dim, count) || count > kMaxElements)
      return failure();
  }
  return count;
}

std::string crania::importer::formatShape(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return llvm::join(
      llvm::map_range(shape, [](int64_t dim) { return std::to_string(dim); }),
      "x");
}

static ArrayRef<char> asBytes(ArrayRef<float> floats) {
  return ArrayRef<char>(reinterpret_cast<const char *>(floats.data()),
                        floats.size() * sizeof(float));
}

ConstantTensor ConstantTensor::fromFloats(std::string name,
                                          ArrayRef<int64_t> shape,
                                          std::vector<float> floats) {
  auto data = std::make_shared<ConstantData>();
  data->name = std::move(name);
  data->ownedFloats = std::move(floats);
  data->floatBytes = asBytes(data->ownedFloats);
  ConstantTensor tensor;
  tensor.dims.assign(shape.begin(), shape.end());
  tensor.data = std::move(data);
  return tensor;
}

ConstantTensor ConstantTensor::fromIntegers(std::string name,
                                            ArrayRef<int64_t> shape,
                                            std::vector<int64_t> integers) {
  auto data = std::make_shared<ConstantData>();
  data->name = std::move(name);
  data->integers = std::move(integers);
  data->isFloat = false;
  ConstantTensor tensor;
  tensor.dims.assign(shape.begin(), shape.end());
  tensor.data = std::move(data);
  return tensor;
}

int64_t ConstantTensor::numElements() const {
  return isFloat() ? data->floatBytes.size() / sizeof(float)
                   : data->integers.size();
}

std::vector<float> ConstantTensor::floats() const {
  std::vector<float> result(numElements());
  if (!result.empty())
    std::memcpy(result.data(), data->floatBytes.data(),
                data->floatBytes.size());
  return result;
}

ConstantTensor ConstantTensor::withShape(ArrayRef<int64_t> shape) const {
  ConstantTensor view = *this;
  view.dims.assign(shape.begin(), shape.end());
  return view;
}

static StringRef elementTypeName(int type) {
  if (!::onnx::TensorProto_DataType_IsValid(type))
    return "unknown";
  return ::onnx::TensorProto_DataType_Name(
      static_cast<::onnx::TensorProto_DataType>(type));
}

static InFlightDiagnostic emitWrongSize(EmitError emitError, StringRef name,
                                        ArrayRef<int64_t> shape,
                                        size_t expected, size_t found,
                                        StringRef unit) {
  return emitError() << "tensor '" << name << "' of shape "
                     << formatShape(shape) << " needs " << expected << " "
                     << unit << " of data, the file has " << found
                     << "; the file is damaged";
}

static LogicalResult decodeFloats(::onnx::TensorProto &proto, StringRef name,
                                  ArrayRef<int64_t> shape, size_t count,
                                  EmitError emitError, ConstantData &data) {
  if (count == 0)
    return emitError() << "tensor '" << name << "' of shape "
                       << formatShape(shape) << " has no elements";
  if (!proto.has_raw_data()) {
    if (static_cast<size_t>(proto.float_data_size()) != count)
      return emitWrongSize(emitError, name, shape, count,
                           proto.float_data_size(), "elements");
    data.ownedFloats.assign(proto.float_data().begin(),
                            proto.float_data().end());
    data.floatBytes = asBytes(data.ownedFloats);
    return success();
  }
  data.ownedBytes = std::move(*proto.mutable_raw_data());
  if (data.ownedBytes.size() != count * sizeof(float))
    return emitWrongSize(emitError, name, shape, count * sizeof(float),
                         data.ownedBytes.size(), "bytes");
  data.floatBytes = data.ownedBytes;
  return success();
}

template <typename Element>
static std::vector<int64_t> widen(StringRef raw) {
  std::vector<int64_t> result(raw.size() / sizeof(Element));
  for (size_t i = 0; i < result.size(); ++i) {
    Element element;
    std::memcpy(&element, raw.data() + i * sizeof(Element), sizeof(Element));
    result[i] = element;
  }
  return result;
}

static size_t integerSize(int type) {
  switch (type) {
  case ::onnx::TensorProto::INT64:
    return sizeof(int64_t);
  case ::onnx::TensorProto::INT32:
    return sizeof(int32_t);
  default:
    return sizeof(int8_t);
  }
}

static LogicalResult decodeIntegers(const ::onnx::TensorProto &proto,
                                    StringRef name, ArrayRef<int64_t> shape,
                                    size_t count, EmitError emitError,
                                    ConstantData &data) {
  int type = proto.data_type();
  data.isFloat = false;
  if (!proto.has_raw_data()) {
    if (type == ::onnx::TensorProto::INT64)
      data.integers.assign(proto.int64_data().begin(),
                           proto.int64_data().end());
    else
      data.integers.assign(proto.int32_data().begin(),
                           proto.int32_data().end());
    if (data.integers.size() != count)
      return emitWrongSize(emitError, name, shape, count, data.integers.size(),
                           "elements");
    return success();
  }
  const std::string &raw = proto.raw_data();
  size_t size = integerSize(type);
  if (raw.size() != count * size)
    return emitWrongSize(emitError, name, shape, count * size, raw.size(),
                         "bytes");
  if (size == sizeof(int64_t))
    data.integers = widen<int64_t>(raw);
  else if (size == sizeof(int32_t))
    data.integers = widen<int32_t>(raw);
  else
    data.integers = widen<int8_t>(raw);
  return success();
}

FailureOr<ConstantTensor>
crania::importer::decodeTensor(::onnx::TensorProto proto, StringRef name,
                               EmitError emitError) {
  if (proto.data_location() == ::onnx::TensorProto::EXTERNAL ||
      proto.external_data_size() > 0)
    return emitError() << "tensor '" << name
                       << "' is stored in another file (external data), which "
                          "is not supported; save the model "
                          "with all tensors in one file";
  if (proto.has_segment())
    return emitError() << "tensor '" << name
                       << "' is stored in segments, which is not supported";

  ConstantTensor tensor;
  tensor.dims.assign(proto.dims().begin(), proto.dims().end());
  FailureOr<int64_t> count = countElements(tensor.dims);
  if (failed(count))
    return emitError() << "tensor '" << name << "' has the illegal shape "
                       << formatShape(tensor.dims)
                       << "; dimensions must not be negative, and at most "
                       << kMaxElements << " elements and rank " << kMaxRank
                       << " are supported";

  auto data = std::make_shared<ConstantData>();
  data->name = name.str();
  LogicalResult decoded = success();
  switch (proto.data_type()) {
  case ::onnx::TensorProto::FLOAT:
    decoded = decodeFloats(proto, name, tensor.dims, *count, emitError, *data);
    break;
  case ::onnx::TensorProto::INT64:
  case ::onnx::TensorProto::INT32:
  case ::onnx::TensorProto::BOOL:
    decoded =
        decodeIntegers(proto, name, tensor.dims, *count, emitError, *data);
    break;
  default:
    return emitError()
           << "tensor '" << name << "' has element type "
           << elementTypeName(proto.data_type())
           << ", which is not supported; convert the model to FLOAT";
  }
  if (failed(decoded))
    return failure();
  tensor.data = std::move(data);
  return tensor;
}
