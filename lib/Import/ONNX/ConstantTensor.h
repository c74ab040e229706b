// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tensors whose elements are known when the model is imported.

#ifndef CRANIA_LIB_IMPORT_ONNX_CONSTANTTENSOR_H
#define CRANIA_LIB_IMPORT_ONNX_CONSTANTTENSOR_H

#include "Protobuf.h"

#include "mlir/IR/Diagnostics.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <string>
#include <vector>

namespace crania::importer {

using EmitError = llvm::function_ref<mlir::InFlightDiagnostic()>;

/// An upper bound on the elements of any tensor (1 GiB of f32), so that a
/// damaged shape is an error and not an allocation of terabytes. The largest
/// layer in common use, the first fully connected one of VGG-16, has 1.03e8
/// weights.
inline constexpr int64_t kMaxElements = int64_t(1) << 28;

/// An upper bound on the rank of any tensor.
inline constexpr size_t kMaxRank = 8;

/// Returns the product of `shape`. Fails if a dimension is negative or one of
/// the bounds above is exceeded.
mlir::FailureOr<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// Returns text such as `1x3x32x32`, or `scalar` for rank 0.
std::string formatShape(llvm::ArrayRef<int64_t> shape);

/// The elements of a constant, shared by all tensors that are views of it.
struct ConstantData {
  /// The f32 elements, little endian: bytes of the file or computed ones.
  llvm::ArrayRef<char> floatBytes;
  std::string ownedBytes;
  std::vector<float> ownedFloats;
  std::vector<int64_t> integers;
  bool isFloat = true;
  /// The name of the constant's blob in the IR.
  std::string name;
};

/// An initializer, the value of a Constant node, or one derived from them.
/// Integer tensors serve as shapes and never reach the IR.
class ConstantTensor {
public:
  /// Creates a tensor of computed values. `floats` has as many elements as
  /// `shape`.
  static ConstantTensor fromFloats(std::string name,
                                   llvm::ArrayRef<int64_t> shape,
                                   std::vector<float> floats);
  static ConstantTensor fromIntegers(std::string name,
                                     llvm::ArrayRef<int64_t> shape,
                                     std::vector<int64_t> integers);

  llvm::ArrayRef<int64_t> shape() const { return dims; }
  int64_t numElements() const;
  bool isFloat() const { return data->isFloat; }
  llvm::ArrayRef<int64_t> integers() const { return data->integers; }
  std::vector<float> floats() const;
  const std::shared_ptr<const ConstantData> &storage() const { return data; }

  /// Returns the same elements with another shape of the same size.
  ConstantTensor withShape(llvm::ArrayRef<int64_t> shape) const;

private:
  friend mlir::FailureOr<ConstantTensor>
      decodeTensor(::onnx::TensorProto, llvm::StringRef, EmitError);

  llvm::SmallVector<int64_t> dims;
  std::shared_ptr<const ConstantData> data;
};

/// Decodes the tensor message `proto` under the given name. FLOAT becomes
/// floats; INT64, INT32 and BOOL become integers. Takes the bytes of floats out
/// of the message, so that weights that are moved here are in memory only once.
mlir::FailureOr<ConstantTensor> decodeTensor(::onnx::TensorProto proto,
                                             llvm::StringRef name,
                                             EmitError emitError);

} // namespace crania::importer

#endif // CRANIA_LIB_IMPORT_ONNX_CONSTANTTENSOR_H
