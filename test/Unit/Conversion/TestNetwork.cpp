// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestNetwork.h"

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

TestNetwork::TestNetwork()
    : module(R"(
crania.weights @w : !crania.clustered<tensor<1x1xf32>, clusters = 1>
    scheme #crania.importance values dense<1.0> : tensor<1x1xf32>
    assignment dense<0> : tensor<1x1xi8>
)") {
  NetworkWeights weights;
  weights.op = *module.get().getOps<ir::WeightsOp>().begin();
  weights.clusters = 1;
  network.weights.push_back(weights);
}

Location TestNetwork::location(StringRef name) const {
  MLIRContext *context = module.get().getContext();
  return NameLoc::get(StringAttr::get(context, name));
}

StorageId TestNetwork::add(StringRef name, Shape shape,
                           Storage::Origin origin) {
  Storage storage;
  storage.name = name.str();
  storage.elements = shape.elements();
  storage.element = Float32Type::get(module.get().getContext());
  storage.origin = origin;
  if (origin == Storage::Origin::parameter)
    storage.contents.assign(1, std::vector<char>(storage.bytes()));
  network.storages.push_back(std::move(storage));
  shapes.push_back(shape);
  return network.storages.size() - 1;
}

void TestNetwork::setInput(StorageId id) {
  network.input = id;
  network.storages[id].origin = Storage::Origin::input;
}

void TestNetwork::setLogits(StorageId id) {
  network.logits = id;
  network.logitsType = RankedTensorType::get({shapes[id].elements()},
                                             network.storages[id].element);
}

Access TestNetwork::whole(StorageId id) const {
  const Shape &shape = shapes[id];
  return {id,
          0,
          {{shape.channels, shape.rows * shape.columns, 0, {1, 0, 0}},
           {shape.rows, shape.columns, 0, {0, 1, 0}},
           {shape.columns, 1, 0, {0, 0, 1}}},
          0};
}

Node TestNetwork::contract(StorageId input, StorageId output) const {
  const Shape &in = shapes[input], &out = shapes[output];
  Node node{location("contract"), {}, {}, {}, 0, {}, false, {}};
  node.loops = {out.channels, out.rows, out.columns, in.channels, 1, 1};
  Access read = whole(input), write = whole(output);
  // Row and column are loops 1 and 2; the input's channel is loop 3.
  for (auto [dim, loop] : {std::pair(0, 3), {1, 1}, {2, 2}}) {
    read.dims[dim].coefficients.assign(Node::contractLoops, 0);
    read.dims[dim].coefficients[loop] = 1;
  }
  for (unsigned dim = 0; dim < 3; ++dim) {
    write.dims[dim].coefficients.assign(Node::contractLoops, 0);
    write.dims[dim].coefficients[dim] = 1;
  }
  node.inputs = {read};
  node.output = write;
  return node;
}

Node TestNetwork::elementWise(ArrayRef<StorageId> inputs,
                              StorageId output) const {
  const Shape &shape = shapes[output];
  Node node{location("vector"), {}, {}, {}, {}, {}, false, {}};
  node.loops = {shape.channels, shape.rows, shape.columns};
  for (StorageId input : inputs)
    node.inputs.push_back(whole(input));
  node.output = whole(output);
  return node;
}

Node TestNetwork::reduceColumns(ArrayRef<StorageId> inputs,
                                StorageId output) const {
  Node node = elementWise(inputs, output);
  node.reduces = true;
  node.initial = 0;
  const size_t loops = node.loops.size() + inputs.size();
  for (auto [i, input] : llvm::enumerate(inputs)) {
    node.loops.push_back(shapes[input].columns);
    for (Access::Dim &dim : node.inputs[i].dims)
      dim.coefficients.resize(loops);
    node.inputs[i].dims[2].coefficients[2] = 0;
    node.inputs[i].dims[2].coefficients[3 + i] = 1;
  }
  for (Access::Dim &dim : node.output.dims)
    dim.coefficients.resize(loops);
  return node;
}
