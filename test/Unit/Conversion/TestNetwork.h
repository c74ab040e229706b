// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_CONVERSION_TESTNETWORK_H
#define CRANIA_TEST_UNIT_CONVERSION_TESTNETWORK_H

#include "Network.h"
#include "ParsedModule.h"

namespace crania::lowering {

/// A network whose storages, nodes and stages a test makes by hand. All tensors
/// are planes of f32 with (channels, rows, columns), row-major.
class TestNetwork {
public:
  /// The channels, rows and columns of a tensor.
  struct Shape {
    int64_t channels, rows, columns;
    int64_t elements() const { return channels * rows * columns; }
  };

  TestNetwork();

  /// Adds a storage for a tensor and returns its number.
  StorageId add(llvm::StringRef name, Shape shape,
                Storage::Origin origin = Storage::Origin::computed);
  /// Makes a storage the input of the network.
  void setInput(StorageId id);
  /// Makes a storage the logits of the network, all of it.
  void setLogits(StorageId id);

  /// Returns a contraction of one by one pixel with the weights @w, from one
  /// tensor to another with as many rows and columns.
  Node contract(StorageId input, StorageId output) const;
  /// Returns an element-wise op on tensors of the same shape.
  Node elementWise(ArrayRef<StorageId> inputs, StorageId output) const;
  /// Returns a reduction over the columns of all inputs, which have as many
  /// channels and rows as the output. Each element of the output takes the
  /// whole row of each input.
  Node reduceColumns(ArrayRef<StorageId> inputs, StorageId output) const;

  /// Returns the access of the loops (channel, row, column) to the element with
  /// these indices.
  Access whole(StorageId id) const;

  Network network;

private:
  mlir::Location location(llvm::StringRef name) const;

  ParsedModule module;
  std::vector<Shape> shapes;
};

} // namespace crania::lowering

#endif // CRANIA_TEST_UNIT_CONVERSION_TESTNETWORK_H
