# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""Small models that the importer must refuse. `errors.py DIRECTORY PREFIX...`
writes those whose name begins with one of the prefixes as DIRECTORY/NAME.onnx.
"""

import sys

import numpy
import onnx
from onnx import TensorProto, helper

from onnx_builder import ModelBuilder, single, write_models

MODELS = {}
IMAGE = [1, 3, 8, 9]


def model(function):
    MODELS[function.__name__.replace("_", "-")] = function
    return function


def case(name, *arguments, **keywords):
    """Registers a model of one node."""
    MODELS[name] = lambda: single(*arguments, **keywords)


def changed(name, change):
    """Registers a model of one Relu whose message `change` has modified."""
    def build():
        message = single([1, 4], "Relu").model()
        change(message)
        return message.SerializeToString()
    MODELS[name] = build


# The file
MODELS["file-empty"] = lambda: b""
MODELS["file-text"] = lambda: b"module { }\n"
changed("file-no-graph", lambda m: m.ClearField("graph"))
changed("file-no-opset", lambda m: m.ClearField("opset_import"))
MODELS["file-lfs-pointer"] = lambda: (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0123456789abcdef" * 4 + b"\nsize 244403\n")
MODELS["file-opset-5"] = lambda: single([1, 4], "Relu", opset=5)
MODELS["file-opset-22"] = lambda: single([1, 4], "Relu", opset=22)


@model
def file_truncated():
    return single(IMAGE, "Conv", [4, 3, 3, 3], [4]).model().SerializeToString()[:-40]


# The interface
MODELS["input-two"] = lambda: two_inputs()
changed("input-none", lambda m: m.graph.ClearField("input"))
MODELS["input-integer"] = lambda: typed_input(element_type=TensorProto.INT64)
changed("input-no-shape", lambda m: m.graph.input[0].type.tensor_type.ClearField("shape"))
MODELS["input-dynamic"] = lambda: typed_input(shape=[1, "channels", 4])
MODELS["input-batch"] = lambda: typed_input(shape=[2, 4])
MODELS["input-negative"] = lambda: typed_input(shape=[1, -4])
MODELS["input-huge"] = lambda: typed_input(shape=[1, 1 << 20, 1 << 20])
MODELS["input-rank"] = lambda: typed_input(shape=[1] * 9)
changed("input-is-output", lambda m: m.graph.node[0].output.__setitem__(0, "input"))
changed("output-none", lambda m: m.graph.ClearField("output"))
changed("output-two", lambda m: m.graph.output.append(m.graph.output[0]))
changed("output-undefined", lambda m: setattr(m.graph.output[0], "name", "nowhere"))


def typed_input(shape=(1, 4), element_type=TensorProto.FLOAT):
    builder = ModelBuilder(shape, element_type=element_type)
    return builder.output(builder.node("Relu", ["input"]))


def two_inputs():
    builder = single([1, 4], "Relu")
    builder.inputs.append(helper.make_tensor_value_info("other", TensorProto.FLOAT, [1, 4]))
    return builder


@model
def output_constant():
    builder = ModelBuilder([1, 4])
    return builder.output(builder.weight("w", [1, 4]))


@model
def output_shape():
    builder = ModelBuilder([1, 4])
    return builder.output(builder.node("Relu", ["input"]), [1, 5])


# Names
@model
def graph_unsorted():
    builder = ModelBuilder([1, 4])
    builder.node("Relu", ["later"], name="first", output="result")
    builder.node("Relu", ["input"], name="second", output="later")
    return builder.output("result")


@model
def graph_cycle():
    builder = ModelBuilder([1, 4])
    builder.node("Add", ["input", "b"], name="one", output="a")
    builder.node("Relu", ["a"], name="two", output="b")
    return builder.output("b")


@model
def graph_self_cycle():
    builder = ModelBuilder([1, 4])
    builder.node("Add", ["input", "a"], name="one", output="a")
    return builder.output("a")


@model
def graph_undefined():
    builder = ModelBuilder([1, 4])
    return builder.output(builder.node("Add", ["input", "missing"], name="sum"))


@model
def graph_output_twice():
    builder = ModelBuilder([1, 4])
    builder.node("Relu", ["input"], name="one", output="same")
    builder.node("Relu", ["input"], name="two", output="same")
    return builder.output("same")


@model
def graph_output_is_initializer():
    builder = ModelBuilder([1, 4])
    builder.weight("w", [4])
    return builder.output(builder.node("Relu", ["input"], name="one", output="w"))


@model
def graph_second_output():
    builder = ModelBuilder([1, 4])
    builder.node("Dropout", ["input"], name="drop", outputs=["kept", "mask"])
    return builder.output(builder.node("Add", ["kept", "mask"], name="sum"))


@model
def graph_used_unknown_operator():
    """Adds the node of `dead-nodes` in models.py, but uses it."""
    builder = ModelBuilder([1, 4])
    builder.nodes.append(helper.make_node("Mystery", ["input"], ["odd"], name="odd", domain="com.example"))
    return builder.output(builder.node("Add", ["input", "odd"]))


@model
def graph_initializer_twice():
    builder = ModelBuilder([1, 4])
    builder.weight("w", [4])
    return builder.output(builder.node("Add", ["input", builder.weight("w", [4])]))


@model
def graph_initializer_unnamed():
    builder = ModelBuilder([1, 4])
    builder.weight("", [4])
    return builder.output(builder.node("Relu", ["input"]))


@model
def graph_sparse_initializer():
    message = single([1, 4], "Relu").model()
    message.graph.sparse_initializer.add()
    return message.SerializeToString()


# Tensors
def changed_weight(name, change):
    """Registers a model whose weight message `change` has modified."""
    def build():
        message = single([1, 4], "Add", [4]).model()
        change(message.graph.initializer[0])
        return message.SerializeToString()
    MODELS[name] = build


def make_external(tensor):
    tensor.data_location = TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    tensor.external_data.add(key="location", value="weights.bin")


def make_unpacked(tensor):
    tensor.ClearField("raw_data")
    tensor.float_data.extend([1.0, 2.0])


changed_weight("tensor-external", make_external)
changed_weight("tensor-raw-size", lambda t: setattr(t, "raw_data", t.raw_data[:-1]))
changed_weight("tensor-unpacked-size", make_unpacked)
changed_weight("tensor-float16", lambda t: setattr(t, "data_type", TensorProto.FLOAT16))
changed_weight("tensor-unknown-type", lambda t: setattr(t, "data_type", 99))
changed_weight("tensor-negative", lambda t: t.dims.__setitem__(0, -4))
changed_weight("tensor-huge", lambda t: t.dims.__setitem__(0, 1 << 62))
changed_weight("tensor-empty", lambda t: t.dims.__setitem__(0, 0))
changed_weight("tensor-segment", lambda t: setattr(t.segment, "begin", 1))
case("tensor-integers", [1, 4], "Add", numpy.arange(4))

# Nodes
case("node-operator", [1, 4], "Sigmoid")
case("node-attribute", [1, 4], "Relu", alpha=1.0)
case("node-attribute-type", IMAGE, "Conv", [4, 3, 3, 3], strides=1)
case("node-inputs", [1, 4], "Relu", [4])
case("node-missing-input", IMAGE, "Conv", None, [4])
changed("node-domain", lambda m: setattr(m.graph.node[0], "domain", "com.example"))
changed("node-no-output", lambda m: m.graph.node[0].ClearField("output"))


@model
def node_attribute_twice():
    message = single([1, 4], "Flatten", axis=1).model()
    message.graph.node[0].attribute.append(message.graph.node[0].attribute[0])
    return message.SerializeToString()


@model
def node_attribute_reference():
    message = single([1, 4], "Flatten", axis=1).model()
    message.graph.node[0].attribute[0].ref_attr_name = "axis"
    return message.SerializeToString()


# Conv
CONV = (IMAGE, "Conv", [4, 3, 3, 3], [4])
case("conv-rank", [1, 3, 8, 9, 2], "Conv", [4, 3, 3, 3, 2])
case("conv-weight-rank", IMAGE, "Conv", [4, 3, 3])
case("conv-group", *CONV, group=2)
case("conv-group-zero", *CONV, group=0)
case("conv-channels", IMAGE, "Conv", [4, 2, 3, 3])
case("conv-bias", IMAGE, "Conv", [4, 3, 3, 3], [3])
case("conv-kernel-shape", *CONV, kernel_shape=[3, 2])
case("conv-auto-pad", *CONV, auto_pad="SAME")
case("conv-auto-pad-and-pads", *CONV, auto_pad="SAME_UPPER", pads=[1, 1, 1, 1])
case("conv-pads-negative", *CONV, pads=[0, -1, 0, 0])
case("conv-pads-count", *CONV, pads=[1, 1])
case("conv-pads-huge", *CONV, pads=[1 << 20, 1 << 20, 0, 0], strides=[1 << 20, 1 << 20])
case("conv-strides-zero", *CONV, strides=[0, 1])
case("conv-dilations-huge", *CONV, dilations=[1 << 40, 1])
case("conv-window", *CONV, dilations=[4, 1])


@model
def conv_batch():
    builder = ModelBuilder([1, 6, 4, 4])
    two = builder.node("Reshape", ["input", builder.integers("shape", [2, 3, 4, 4])])
    return builder.output(builder.node("Conv", [two, builder.weight("w", [1, 3, 1, 1])], name="conv"))


@model
def conv_result_huge():
    """The size of each dimension is valid, but the product of the result's sizes is not."""
    builder = ModelBuilder([1, 1, 8192, 8192])
    return builder.output(builder.node("Conv", ["input", builder.weight("w", [64, 1, 1, 1])], name="conv"))


# Gemm and MatMul
case("gemm-rank", [1, 2, 4], "Gemm", [4, 3])
case("gemm-depth", [1, 4], "Gemm", [3, 4])
case("gemm-addend", [1, 4], "Gemm", [4, 3], [2])
case("gemm-addend-larger", [1, 4], "Gemm", [4, 3], [2, 3])
case("matmul-scalar", [1, 4], "MatMul", [])
case("matmul-depth", [1, 4], "MatMul", [3, 4])
case("matmul-batch", [1, 2, 4], "MatMul", [3, 2, 4])

# Element-wise
case("add-shapes", [1, 4], "Add", [3])
case("add-legacy-attribute", [1, 4], "Add", [4], broadcast=1)
case("add-legacy-axis", [1, 4], "Add", [2, 3], broadcast=1, axis=1, opset=6)

# Pooling
case("maxpool-rank", [1, 4], "MaxPool", kernel_shape=[2])
case("maxpool-no-kernel", IMAGE, "MaxPool")
case("maxpool-kernel-zero", IMAGE, "MaxPool", kernel_shape=[0, 2])
case("maxpool-kernel-rank", IMAGE, "MaxPool", kernel_shape=[2])
case("maxpool-padding-only", IMAGE, "MaxPool", kernel_shape=[2, 2], pads=[2, 0, 0, 0])
case("averagepool-huge", [1, 1, 4096, 4096], "AveragePool", kernel_shape=[1, 1])
case("averagepool-padding-only", IMAGE, "AveragePool", kernel_shape=[2, 2], pads=[0, 0, 0, 3])
case("globalaveragepool-rank", [1, 4], "GlobalAveragePool")

# Shape
case("flatten-axis", [1, 4], "Flatten", axis=3)
case("reshape-size", [1, 4], "Reshape", numpy.array([1, 5]))
case("reshape-infer", [1, 4], "Reshape", numpy.array([3, -1]))
case("reshape-infer-twice", [1, 4], "Reshape", numpy.array([-1, -1]))
case("reshape-infer-zero", [1, 4], "Reshape", numpy.array([0, -1]), allowzero=1, opset=14)
case("reshape-copy", [1, 4], "Reshape", numpy.array([1, 4, 0]))
case("reshape-negative", [1, 4], "Reshape", numpy.array([1, -4]))
case("reshape-overflow", [1, 4], "Reshape", numpy.array([1 << 62, 1 << 62]))
case("reshape-rank", [1, 4], "Reshape", numpy.ones(9, numpy.int64))
case("reshape-float", [1, 4], "Reshape", [2])
case("concat-no-axis", [1, 4], "Concat", [1, 4])
case("concat-axis", [1, 4], "Concat", [1, 4], axis=2)
case("concat-shape", [1, 4], "Concat", [2, 3], axis=0)
case("concat-rank", [1, 4], "Concat", [4], axis=0)
case("concat-mixed", [1, 4], "Concat", numpy.array([[1, 2, 3, 4]]), axis=0)
case("softmax-axis", [1, 4], "Softmax", axis=2)


@model
def concat_long_shape():
    builder = ModelBuilder([1, 4])
    shape = builder.node("Concat", [builder.integers("ones", [1] * 5)] * 2, name="concat", axis=0)
    return builder.output(builder.node("Reshape", ["input", shape]))


@model
def reshape_computed():
    builder = ModelBuilder([1, 2])
    return builder.output(builder.node("Reshape", ["input", "input"], name="reshape"))


# Constant, Dropout
def constant(**attributes):
    builder = ModelBuilder([1, 4])
    builder.node("Constant", [], name="constant", output="c", **attributes)
    return builder.output(builder.node("Add", ["input", "c"]))


MODELS["constant-nothing"] = lambda: constant()
MODELS["constant-two"] = lambda: constant(value_int=1, value_float=1.0)
MODELS["constant-string"] = lambda: constant(value_string="text")
MODELS["constant-type"] = lambda: constant(value=3)
MODELS["constant-no-floats"] = lambda: constant_without_elements()
case("clip-bounds", [1, 4], "Clip", [4], numpy.array(1, numpy.float32))
case("clip-attribute", [1, 4], "Clip", min=0.0)
case("clip-legacy-inputs", [1, 4], "Clip", numpy.array(0, numpy.float32), opset=10)
case("dropout-training", [1, 4], "Dropout", numpy.array(0.5, numpy.float32), numpy.array(True))


case("dropout-test-mode", [1, 4], "Dropout", opset=6, is_test=0)
case("dropout-test-mode-absent", [1, 4], "Dropout", opset=6)


# Attributes of other opsets change the meaning of a node or a model, so they
# must not be ignored. Each case is an operator with an attribute in the first
# opset without it, or in the last one before it.
OTHER_OPSETS = {
    "add-broadcast": ("Add", [[4]], 7, {"broadcast": 1}),
    "add-axis": ("Add", [[4]], 7, {"axis": 1}),
    "sub-broadcast": ("Sub", [[4]], 7, {"broadcast": 1}),
    "mul-broadcast": ("Mul", [[4]], 7, {"broadcast": 1}),
    "div-broadcast": ("Div", [[4]], 7, {"broadcast": 1}),
    "averagepool-ceil-mode": ("AveragePool", [], 9, {"ceil_mode": 1, "kernel_shape": [2, 2]}),
    "averagepool-count-include-pad": ("AveragePool", [], 6, {"count_include_pad": 1, "kernel_shape": [2, 2]}),
    "averagepool-dilations": ("AveragePool", [], 18, {"dilations": [2, 2], "kernel_shape": [2, 2]}),
    "batchnorm-is-test": ("BatchNormalization", [[3]] * 4, 7, {"is_test": 1}),
    "batchnorm-spatial": ("BatchNormalization", [[3]] * 4, 9, {"spatial": 1}),
    "batchnorm-training-mode": ("BatchNormalization", [[3]] * 4, 13, {"training_mode": 0}),
    "clip-max": ("Clip", [], 11, {"max": 1.0}),
    "clip-min": ("Clip", [], 11, {"min": 1.0}),
    "dropout-is-test": ("Dropout", [], 7, {"is_test": 1}),
    "dropout-ratio": ("Dropout", [], 12, {"ratio": 0.5}),
    "dropout-seed": ("Dropout", [], 11, {"seed": 1}),
    "gemm-broadcast": ("Gemm", [[4, 4], [4]], 7, {"broadcast": 1}),
    "maxpool-ceil-mode": ("MaxPool", [], 9, {"ceil_mode": 1, "kernel_shape": [2, 2]}),
    "maxpool-dilations": ("MaxPool", [], 9, {"dilations": [2, 2], "kernel_shape": [2, 2]}),
    "maxpool-storage-order": ("MaxPool", [], 7, {"storage_order": 1, "kernel_shape": [2, 2]}),
    "reducemax-axes": ("ReduceMax", [], 18, {"axes": [1]}),
    "reducemax-noop": ("ReduceMax", [], 17, {"noop_with_empty_axes": 1}),
    "reducesum-axes": ("ReduceSum", [], 13, {"axes": [1]}),
    "reducesum-noop": ("ReduceSum", [], 12, {"noop_with_empty_axes": 1}),
    "reshape-allowzero": ("Reshape", [numpy.array([1, -1])], 13, {"allowzero": 1}),
}
for _name, (_operator, _operands, _opset, _attributes) in OTHER_OPSETS.items():
    case(f"opset-{_name}", IMAGE, _operator, *_operands, opset=_opset, **_attributes)


# Reductions
case("reducesum-axis", [1, 4], "ReduceSum", axes=[2], opset=12)
case("reducesum-axis-input", [1, 4], "ReduceSum", numpy.array([-3]))
case("reducemax-legacy-inputs", [1, 4], "ReduceMax", numpy.array([1]), opset=17)
case("add-legacy-broadcast", [1, 4], "Add", [4], opset=6)


def constant_without_elements():
    message = constant(value_floats=[1.0]).model()
    message.graph.node[0].attribute[0].ClearField("floats")
    return message.SerializeToString()


# BatchNormalization
def batchnorm(channels=3, variance=1.0, after_conv=False, opset=14, outputs=None, **attributes):
    builder = ModelBuilder([1, 3, 2, 2], opset)
    data = "input"
    if after_conv:
        data = builder.node("Conv", ["input", builder.weight("w", [3, 3, 1, 1])], name="conv")
    parameters = [builder.constant(name, numpy.full(channels, value, numpy.float32))
                  for name, value in (("gamma", 1.0), ("beta", 0.0), ("mean", 0.0), ("variance", variance))]
    return builder.output(builder.node("BatchNormalization", [data] + parameters, name="norm", outputs=outputs,
                                       **attributes))


MODELS["batchnorm-training"] = lambda: batchnorm(training_mode=1)
MODELS["batchnorm-folded-training"] = lambda: batchnorm(training_mode=1, after_conv=True)
MODELS["batchnorm-spatial"] = lambda: batchnorm(opset=8, spatial=0)
FIVE = ["y", "mean_out", "variance_out", "saved_mean", "saved_variance"]
MODELS["batchnorm-five-outputs"] = lambda: batchnorm(opset=9, outputs=FIVE)
MODELS["batchnorm-folded-five-outputs"] = lambda: batchnorm(opset=9, outputs=FIVE, after_conv=True)
MODELS["batchnorm-test-mode"] = lambda: batchnorm(opset=6, is_test=0)
MODELS["batchnorm-test-mode-absent"] = lambda: batchnorm(opset=6)
MODELS["batchnorm-folded-test-mode"] = lambda: batchnorm(opset=6, is_test=0, after_conv=True)
MODELS["batchnorm-channels"] = lambda: batchnorm(channels=4)
MODELS["batchnorm-folded-channels"] = lambda: batchnorm(channels=4, after_conv=True)
MODELS["batchnorm-variance"] = lambda: batchnorm(variance=-1.0)
case("batchnorm-rank", [1], "BatchNormalization", [1], [1], [1], [1])


@model
def batchnorm_computed():
    builder = ModelBuilder([1, 3])
    names = [builder.weight(name, [3]) for name in ("gamma", "beta", "mean")]
    return builder.output(builder.node("BatchNormalization", ["input", *names, "input"], name="norm"))


if __name__ == "__main__":
    write_models(MODELS, sys.argv[1], sys.argv[2:])
