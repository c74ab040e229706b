// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GraphImporter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace crania::importer;
using namespace mlir;
using ::onnx::NodeProto;

/// The attribute that marks a function as the classifier that CRANIA compiles.
static constexpr llvm::StringLiteral kClassifierAttr = "crania.classifier";
static constexpr llvm::StringLiteral kNameAttr = "crania.name";

GraphImporter::GraphImporter(::onnx::GraphProto &graph, int64_t opset,
                             Location fileLoc)
    : graph(graph), opset(opset), fileLoc(fileLoc),
      emit(fileLoc, fileLoc.getContext()) {}

LogicalResult GraphImporter::importInto(ModuleOp module) {
  if (failed(collectInitializers()) || failed(collectUses()) ||
      failed(createFunction(module)) || failed(importNodes()))
    return failure();
  return createReturn();
}

Location GraphImporter::locate(const NodeProto &proto) {
  std::string name = proto.name();
  if (name.empty())
    name = proto.op_type() + ":" +
           (proto.output_size() > 0 ? proto.output(0) : "");
  return NameLoc::get(StringAttr::get(fileLoc.getContext(), name), fileLoc);
}

InFlightDiagnostic GraphImporter::emitNodeError(const NodeProto &proto) {
  return emitError(locate(proto)) << describeNode(proto) << ": ";
}

LogicalResult GraphImporter::collectInitializers() {
  if (graph.sparse_initializer_size() > 0)
    return emitError(fileLoc)
           << "the model has sparse initializers, which are not supported";
  for (::onnx::TensorProto &tensor : *graph.mutable_initializer()) {
    if (tensor.name().empty())
      return emitError(fileLoc)
             << "an initializer has no name; the file is damaged";
    if (!initializers.try_emplace(tensor.name(), &tensor).second)
      return emitError(fileLoc)
             << "initializer '" << tensor.name() << "' is defined twice";
  }
  return success();
}

/// Follows the outputs of the graph back to all nodes that they depend on.
void GraphImporter::collectLiveNodes() {
  SmallVector<StringRef> pending;
  for (const ::onnx::ValueInfoProto &output : graph.output())
    pending.push_back(output.name());
  while (!pending.empty()) {
    const NodeProto *node = producers.lookup(pending.pop_back_val());
    if (!node || !live.insert(node).second)
      continue;
    for (const std::string &name : node->input())
      pending.push_back(name);
  }
}

LogicalResult GraphImporter::collectUses() {
  for (const NodeProto &node : graph.node()) {
    for (const std::string &name : node.output()) {
      if (name.empty())
        continue;
      bool isNew = producers.try_emplace(name, &node).second;
      if (!isNew || initializers.count(name))
        return emitNodeError(node)
               << "output '" << name << "' is defined twice";
    }
  }
  collectLiveNodes();
  for (const NodeProto &node : graph.node())
    if (live.contains(&node))
      for (const std::string &name : node.input())
        readers[name].push_back(&node);
  for (const ::onnx::ValueInfoProto &output : graph.output())
    readers[output.name()].push_back(nullptr);
  return success();
}

FailureOr<const ::onnx::ValueInfoProto *> GraphImporter::findInput() {
  const ::onnx::ValueInfoProto *found = nullptr;
  for (const ::onnx::ValueInfoProto &input : graph.input()) {
    // Up to IR version 3, the inputs also list the initializers.
    if (initializers.count(input.name()))
      continue;
    if (found)
      return emitError(fileLoc)
             << "the graph has more than one input ('" << found->name()
             << "' and '" << input.name() << "'); a classifier has one";
    found = &input;
  }
  if (!found)
    return emitError(fileLoc) << "the graph has no input";
  return found;
}

/// Returns the name of an element type by ONNX, or its number if ONNX does not
/// know it.
static std::string nameOf(int32_t type) {
  std::string name = ::onnx::TensorProto_DataType_Name(type);
  return name.empty() ? std::to_string(type) : name;
}

FailureOr<RankedTensorType>
GraphImporter::readInputType(const ::onnx::ValueInfoProto &input) {
  auto fail = [&] {
    return emitError(fileLoc) << "input '" << input.name() << "' ";
  };
  if (!input.type().has_tensor_type() ||
      !input.type().tensor_type().has_shape())
    return fail() << "is not declared as a tensor with a shape";
  const ::onnx::TypeProto_Tensor &type = input.type().tensor_type();
  if (type.elem_type() != ::onnx::TensorProto::FLOAT)
    return fail() << "is not of element type FLOAT but "
                  << nameOf(type.elem_type())
                  << "; let the model begin behind its conversion to FLOAT. "
                     "The tools take images of uint8, which they convert by "
                     "--input-scale, --input-mean and --input-std";
  SmallVector<int64_t> shape;
  for (const auto &dim : type.shape().dim()) {
    bool isBatch = shape.empty() && type.shape().dim_size() > 1;
    if (!dim.has_dim_value() && !isBatch)
      return fail() << "has the dynamic dimension " << shape.size() << " ('"
                    << dim.dim_param()
                    << "'); export the model with fixed sizes";
    shape.push_back(dim.has_dim_value() ? dim.dim_value() : 1);
  }
  FailureOr<int64_t> count = countElements(shape);
  if (failed(count) || *count == 0)
    return fail() << "has the illegal shape " << formatShape(shape)
                  << "; dimensions must be positive, at most " << kMaxElements
                  << " elements and rank " << kMaxRank;
  // An input of rank 1 is a single vector without a batch dimension.
  if (shape.size() > 1 && shape.front() != 1)
    return fail() << "has batch size " << shape.front()
                  << "; export the model with batch size 1 or a symbolic one";
  return emit.tensorType(shape);
}

LogicalResult GraphImporter::createFunction(ModuleOp module) {
  FailureOr<const ::onnx::ValueInfoProto *> input = findInput();
  if (failed(input))
    return failure();
  StringRef name = (*input)->name();
  if (producers.count(name))
    return emitError(fileLoc)
           << "input '" << name << "' is also the output of a node";
  FailureOr<RankedTensorType> type = readInputType(**input);
  if (failed(type))
    return failure();

  ImplicitLocOpBuilder &builder = emit.getBuilder();
  builder.setInsertionPointToEnd(module.getBody());
  // The result type is set after the output has been imported.
  function = func::FuncOp::create(builder, "main",
                                  builder.getFunctionType({*type}, {*type}));
  function->setAttr(kClassifierAttr, builder.getUnitAttr());
  Block *body = function.addEntryBlock();
  function.setArgAttr(0, kNameAttr, builder.getStringAttr(name));
  body->getArgument(0).setLoc(
      NameLoc::get(builder.getStringAttr(name), fileLoc));
  builder.setInsertionPointToStart(body);
  tensors.try_emplace(name, Tensor(Value(body->getArgument(0))));
  return success();
}

FailureOr<const Tensor *> GraphImporter::lookup(StringRef name,
                                                EmitError emitError) {
  auto known = tensors.find(name);
  if (known != tensors.end())
    return &known->second;
  auto initializer = initializers.find(name);
  if (initializer == initializers.end())
    return nullptr;
  FailureOr<ConstantTensor> decoded =
      decodeTensor(std::move(*initializer->second), name, emitError);
  if (failed(decoded))
    return failure();
  return &tensors.try_emplace(name, std::move(*decoded)).first->second;
}

LogicalResult GraphImporter::emitUndefined(const NodeProto &proto,
                                           StringRef name) {
  const NodeProto *producer = producers.lookup(name);
  if (!producer)
    return emitNodeError(proto) << "input '" << name << "' is defined nowhere";
  if (producer->output(0) != name)
    return emitNodeError(proto)
           << "input '" << name << "' is an output of "
           << describeNode(*producer)
           << " other than its first one, which is not supported";
  return emitNodeError(proto)
         << "input '" << name << "' is used before " << describeNode(*producer)
         << " defines it; the nodes are not sorted, or they form a cycle";
}

LogicalResult
GraphImporter::resolveOperands(const NodeProto &proto,
                               SmallVectorImpl<const Tensor *> &operands) {
  for (const std::string &name : proto.input()) {
    if (name.empty()) {
      operands.push_back(nullptr);
      continue;
    }
    FailureOr<const Tensor *> operand =
        lookup(name, [&] { return emitNodeError(proto); });
    if (failed(operand))
      return failure();
    if (!*operand)
      return emitUndefined(proto, name);
    operands.push_back(*operand);
  }
  return success();
}

FailureOr<const Operator *>
GraphImporter::findSupported(const NodeProto &proto) {
  bool isDefaultDomain = proto.domain().empty() || proto.domain() == "ai.onnx";
  if (!isDefaultDomain)
    return emitNodeError(proto) << "the operator's domain '" << proto.domain()
                                << "' is not supported";
  const Operator *op = findOperator(proto.op_type());
  if (!op)
    return emitNodeError(proto)
           << "operator '" << proto.op_type()
           << "' is not supported; supported are " << listOperators()
           << "; write the network with these, or lower it to linalg by "
              "another front end and give that module to crania-compile";
  return op;
}

/// Returns a message with the attributes that an operator may have.
static std::string listAttributes(const Operator &op) {
  if (op.attributes.empty())
    return op.type.str() + " takes none";
  return "supported are " +
         llvm::join(
             llvm::map_range(op.attributes,
                             [](const crania::importer::Attribute &attribute) {
                               return attribute.name.str();
                             }),
             ", ");
}

LogicalResult GraphImporter::checkAttributes(const NodeProto &proto,
                                             const Operator &op) {
  llvm::StringSet<> seen;
  for (const ::onnx::AttributeProto &attribute : proto.attribute()) {
    const std::string &name = attribute.name();
    const auto *known = llvm::find_if(
        op.attributes, [&](const crania::importer::Attribute &candidate) {
          return candidate.name == name;
        });
    Node node(proto, opset, locate(proto), {}, emit);
    if (known == op.attributes.end())
      return node.emitAttributeError(name)
             << "is not supported; " << listAttributes(op);
    if (opset < known->since || opset > known->last)
      return node.emitAttributeError(name)
             << "does not exist in opset " << opset;
    if (!seen.insert(name).second)
      return emitNodeError(proto)
             << "attribute '" << name << "' is given twice";
    if (!attribute.ref_attr_name().empty())
      return emitNodeError(proto)
             << "attribute '" << name
             << "' refers to an attribute of a function, which is not "
             << "supported";
  }
  return success();
}

/// Checks the number of outputs. A BatchNormalization with more than one output
/// is in training mode.
LogicalResult GraphImporter::checkOutputs(const NodeProto &proto) {
  auto isNamed = [](const std::string &name) { return !name.empty(); };
  if (proto.op_type() != "BatchNormalization" ||
      llvm::none_of(llvm::drop_begin(proto.output()), isNamed))
    return success();
  return emitNodeError(proto)
         << "has " << proto.output_size()
         << " outputs, as in training; export the model for inference";
}

LogicalResult GraphImporter::checkArity(const NodeProto &proto,
                                        const Operator &op) {
  unsigned count = proto.input_size();
  if (count < op.minInputs || count > op.maxInputs)
    return emitNodeError(proto)
           << "has " << count << " inputs, which the operator does not allow";
  if (proto.output_size() == 0 || proto.output(0).empty())
    return emitNodeError(proto) << "has no output";
  if (failed(checkOutputs(proto)))
    return failure();
  // Only operands after the required ones may be left out. All operands of a
  // variadic operator are required.
  unsigned required = op.maxInputs == kAnyNumber ? count : op.minInputs;
  for (unsigned i = 0; i < required; ++i)
    if (proto.input(i).empty())
      return emitNodeError(proto) << "input " << i << " is missing";
  return success();
}

LogicalResult GraphImporter::checkOperands(const Node &node,
                                           const Operator &op) {
  for (unsigned i = 0; i < std::min(node.numInputs(), op.numFloatInputs); ++i)
    if (node.hasInput(i) && node.constant(i) && !node.constant(i)->isFloat())
      return node.emitError() << "input '" << node.proto.input(i)
                              << "' holds integers; expected FLOAT";
  return success();
}

LogicalResult GraphImporter::define(const NodeProto &proto, StringRef name,
                                    Tensor tensor) {
  SmallVector<int64_t> shape = shapeOf(tensor);
  if (failed(countElements(shape)))
    return emitNodeError(proto)
           << "the result of shape " << formatShape(shape)
           << " is too large; at most " << kMaxElements << " elements and rank "
           << kMaxRank << " are supported";
  tensors.try_emplace(name, std::move(tensor));
  return success();
}

LogicalResult GraphImporter::importNode(const NodeProto &proto) {
  FailureOr<const Operator *> op = findSupported(proto);
  SmallVector<const Tensor *> operands;
  if (failed(op) || failed(checkAttributes(proto, **op)) ||
      failed(checkArity(proto, **op)) ||
      failed(resolveOperands(proto, operands)))
    return failure();
  emit.getBuilder().setLoc(locate(proto));
  Node node(proto, opset, locate(proto), operands, emit);
  if (failed(checkOperands(node, **op)))
    return failure();
  if (const NodeProto *normalization =
          findFoldableNormalization(proto, operands))
    return importNormalizedConv(proto, *normalization, operands);
  FailureOr<Tensor> result = (*op)->import(node);
  if (failed(result))
    return failure();
  return define(proto, proto.output(0), std::move(*result));
}

/// Returns true if the weights of a convolution, and its bias if it has one,
/// are constants with one entry per filter.
static bool hasFoldableWeights(ArrayRef<const Tensor *> operands) {
  const auto *weights = std::get_if<ConstantTensor>(operands[1]);
  if (!weights || weights->shape().empty())
    return false;
  if (operands.size() < 3 || !operands[2])
    return true;
  const auto *bias = std::get_if<ConstantTensor>(operands[2]);
  return bias && bias->shape() == weights->shape().take_front();
}

const NodeProto *
GraphImporter::findFoldableNormalization(const NodeProto &proto,
                                         ArrayRef<const Tensor *> operands) {
  if (proto.op_type() != "Conv" || !hasFoldableWeights(operands))
    return nullptr;
  auto users = readers.find(proto.output(0));
  if (users == readers.end() || users->second.size() != 1 ||
      !users->second.front())
    return nullptr;
  const NodeProto *user = users->second.front();
  if (user->op_type() != "BatchNormalization" ||
      user->input(0) != proto.output(0))
    return nullptr;
  // The importer of BatchNormalization handles parameters that are computed, or
  // defined after the convolution.
  for (const std::string &name : llvm::drop_begin(user->input())) {
    auto known = tensors.find(name);
    bool isConstant =
        known == tensors.end()
            ? initializers.count(name) != 0
            : std::holds_alternative<ConstantTensor>(known->second);
    if (!isConstant)
      return nullptr;
  }
  return user;
}

FailureOr<ChannelTransform>
GraphImporter::readFoldable(const NodeProto &normalization, int64_t channels) {
  FailureOr<const Operator *> op = findSupported(normalization);
  if (failed(op) || failed(checkAttributes(normalization, **op)) ||
      failed(checkArity(normalization, **op)))
    return failure();
  // Only the parameters are read. The convolution's own result will not exist.
  SmallVector<const Tensor *> operands(1, nullptr);
  for (const std::string &name : llvm::drop_begin(normalization.input())) {
    FailureOr<const Tensor *> parameter =
        lookup(name, [&] { return emitNodeError(normalization); });
    if (failed(parameter))
      return failure();
    operands.push_back(*parameter);
  }
  Node node(normalization, opset, locate(normalization), operands, emit);
  if (failed(checkOperands(node, **op)))
    return failure();
  return readBatchNormalization(node, channels);
}

LogicalResult
GraphImporter::importNormalizedConv(const NodeProto &conv,
                                    const NodeProto &normalization,
                                    ArrayRef<const Tensor *> operands) {
  const auto &weights = std::get<ConstantTensor>(*operands[1]);
  bool hasBias = operands.size() > 2 && operands[2];
  FailureOr<ChannelTransform> transform =
      readFoldable(normalization, weights.shape().front());
  if (failed(transform))
    return failure();
  Tensor newWeights = scaleFilters(weights, *transform);
  Tensor newBias =
      transformBias(hasBias ? &std::get<ConstantTensor>(*operands[2]) : nullptr,
                    *transform, normalization.input(2));
  const Tensor *newOperands[] = {operands[0], &newWeights, &newBias};
  FailureOr<Tensor> result =
      importConv(Node(conv, opset, locate(conv), newOperands, emit));
  if (failed(result))
    return failure();
  folded.insert(&normalization);
  return define(normalization, normalization.output(0), std::move(*result));
}

LogicalResult GraphImporter::importNodes() {
  // Constants are emitted when they are read, because their readers may fold
  // them.
  auto isConstant = [](const NodeProto &proto) {
    return proto.op_type() == "Constant";
  };
  // Unused nodes may even have unknown operators.
  for (const NodeProto &proto : graph.node())
    if (live.contains(&proto) && isConstant(proto) && failed(importNode(proto)))
      return failure();
  for (const NodeProto &proto : graph.node())
    if (live.contains(&proto) && !isConstant(proto) &&
        !folded.contains(&proto) && failed(importNode(proto)))
      return failure();
  return success();
}

LogicalResult
GraphImporter::checkDeclaredShape(const ::onnx::ValueInfoProto &output,
                                  ArrayRef<int64_t> shape) {
  if (!output.type().has_tensor_type() ||
      !output.type().tensor_type().has_shape())
    return success();
  const auto &dims = output.type().tensor_type().shape().dim();
  bool matches = static_cast<size_t>(dims.size()) == shape.size();
  for (int i = 0; matches && i < dims.size(); ++i)
    matches =
        !dims.Get(i).has_dim_value() || dims.Get(i).dim_value() == shape[i];
  if (!matches)
    return emitError(fileLoc)
           << "output '" << output.name()
           << "' is declared with another shape than the " << formatShape(shape)
           << " that the graph computes";
  return success();
}

LogicalResult GraphImporter::emitOutputCount() {
  InFlightDiagnostic error = emitError(fileLoc)
                             << "the graph has " << graph.output_size()
                             << " outputs";
  if (graph.output_size() > 1)
    error << " ("
          << llvm::join(llvm::map_range(graph.output(),
                                        [](const auto &output) {
                                          return "'" + output.name() + "'";
                                        }),
                        ", ")
          << ")";
  error << "; a classifier has one";
  if (graph.output_size() > 1)
    error << ", so keep the one of its logits (e.g. "
             "onnx.utils.extract_model) and drop the others";
  return error;
}

LogicalResult GraphImporter::createReturn() {
  if (graph.output_size() != 1)
    return emitOutputCount();
  const ::onnx::ValueInfoProto &output = graph.output(0);
  FailureOr<const Tensor *> tensor =
      lookup(output.name(), [&] { return emitError(fileLoc); });
  if (failed(tensor))
    return failure();
  if (!*tensor)
    return emitError(fileLoc) << "output '" << output.name()
                              << "' is not computed by any supported node";
  const auto *constant = std::get_if<ConstantTensor>(*tensor);
  if (constant)
    return emitError(fileLoc)
           << "output '" << output.name() << "' does not depend on the input";
  if (failed(checkDeclaredShape(output, shapeOf(**tensor))))
    return failure();

  ImplicitLocOpBuilder &builder = emit.getBuilder();
  Value result = emit.value(**tensor);
  builder.setLoc(fileLoc);
  func::ReturnOp::create(builder, result);
  function.setType(
      builder.getFunctionType(function.getArgumentTypes(), result.getType()));
  function.setResultAttr(0, kNameAttr, builder.getStringAttr(output.name()));
  return success();
}
