# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""Small models that the importer must accept. `models.py DIRECTORY PREFIX...`
writes those whose name begins with one of the prefixes as DIRECTORY/NAME.onnx.

The integration test also compares each of them with ONNX Runtime.
"""

import sys

import numpy
from onnx import TensorProto, helper, numpy_helper

from onnx_builder import ModelBuilder, single, write_models

MODELS = {}


def model(function):
    MODELS[function.__name__.replace("_", "-")] = function
    return function


def case(name, *arguments, **keywords):
    """Registers a model of one node."""
    MODELS[name] = lambda: single(*arguments, **keywords)


# Conv: 3 x 8 x 9 images, so that rows and columns cannot be mixed up.
IMAGE = [1, 3, 8, 9]
case("conv", IMAGE, "Conv", [4, 3, 3, 3], [4])
case("conv-no-bias", IMAGE, "Conv", [4, 3, 3, 2], kernel_shape=[3, 2])
case("conv-absent-bias", IMAGE, "Conv", [4, 3, 3, 2], None)
case("conv-asymmetric-pads", IMAGE, "Conv", [4, 3, 3, 3], [4], pads=[0, 1, 2, 3])
case("conv-strides", IMAGE, "Conv", [4, 3, 3, 3], [4], strides=[2, 3])
case("conv-dilations", IMAGE, "Conv", [4, 3, 3, 3], [4], dilations=[2, 3], pads=[1, 1, 1, 1])
case("conv-groups", [1, 4, 8, 9], "Conv", [6, 2, 3, 3], [6], group=2, pads=[1, 1, 1, 1])
case("conv-depthwise", IMAGE, "Conv", [3, 1, 3, 3], [3], group=3, strides=[2, 2])
case("conv-depthwise-multiplier", IMAGE, "Conv", [6, 1, 3, 3], group=3)
for mode in ("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"):
    case(f"conv-auto-pad-{mode.lower().replace('_', '-')}", IMAGE, "Conv", [4, 3, 4, 2], [4], auto_pad=mode,
         strides=[2, 1])
case("conv-one-weight", [1, 1, 2, 3], "Conv", [1, 1, 1, 1], [1])
case("conv-1d", [1, 3, 11], "Conv", [4, 3, 3], [4], pads=[1, 2], strides=[2])
case("conv-1d-groups", [1, 4, 11], "Conv", [4, 1, 3], [4], group=4, dilations=[2])


# Gemm
case("gemm", [1, 8], "Gemm", [8, 5], [5])
case("gemm-one-weight", [1, 1], "Gemm", [1, 1], [1])
case("gemm-trans-b", [1, 8], "Gemm", [5, 8], [5], transB=1)
case("gemm-trans-a", [1, 8], "Gemm", [1, 5], [8, 5], transA=1)
case("gemm-no-addend", [1, 8], "Gemm", [5, 8], transB=1, opset=11)
case("gemm-row-addend", [1, 8], "Gemm", [5, 8], [1, 5], transB=1)
case("gemm-scalar-addend", [1, 8], "Gemm", [5, 8], [], transB=1)
case("gemm-column-addend", [1, 8], "Gemm", [1, 5], [8, 1], transA=1)
case("gemm-beta", [1, 8], "Gemm", [5, 8], [5], transB=1, beta=0.5)
case("gemm-beta-zero", [1, 8], "Gemm", [5, 8], [5], transB=1, beta=0.0)
case("gemm-alpha", [1, 8], "Gemm", [5, 8], [5], transB=1, alpha=0.25, beta=2.0)
case("gemm-opset-6-broadcast", [1, 8], "Gemm", [5, 8], [5], transB=1, broadcast=1, opset=6)


@model
def gemm_computed_addend():
    builder = ModelBuilder([1, 8])
    addend = builder.node("Relu", ["input"])
    return builder.output(builder.node("Gemm", ["input", builder.weight("w", [8, 8]), addend], beta=3.0))


# MatMul
case("matmul", [1, 8], "MatMul", [8, 5])
case("matmul-stack", [1, 4, 8], "MatMul", [8, 5])
case("matmul-vector-right", [1, 4, 8], "MatMul", [8])
case("matmul-batch", [1, 4, 8], "MatMul", [3, 8, 5])


def matmul_after_reshape(shape, left, right):
    """A product whose left operand is the reshaped input, or with `right` None
    the product of the input with itself."""
    builder = ModelBuilder(shape)
    operand = builder.node("Reshape", ["input", builder.integers("shape", left)])
    return builder.output(builder.node("MatMul", [operand, builder.weight("w", right)], name="product"))


MODELS["matmul-batch-broadcast"] = lambda: matmul_after_reshape([1, 48], [2, 1, 3, 8], [4, 8, 5])
MODELS["matmul-vector-left"] = lambda: matmul_after_reshape([1, 8], [8], [8, 5])
MODELS["matmul-vectors"] = lambda: matmul_after_reshape([1, 8], [8], [8])


@model
def matmul_activations():
    builder = ModelBuilder([1, 3, 3])
    return builder.output(builder.node("MatMul", ["input", builder.node("Relu", ["input"])], name="product"))


# Element-wise
case("relu", [1, 2, 3, 4], "Relu")
case("clip", [1, 2, 3, 4], "Clip", numpy.array(-0.5, numpy.float32), numpy.array(1, numpy.float32))
case("clip-high", [1, 2, 3, 4], "Clip", None, numpy.array(0.25, numpy.float32))
case("clip-nothing", [1, 2, 3, 4], "Clip")
case("clip-opset-6", [1, 2, 3, 4], "Clip", min=0.0, max=1.5, opset=6)
case("add-channel", [1, 2, 3, 4], "Add", [2, 1, 1])
case("add-scalar", [1, 2, 3, 4], "Add", [])
case("add-row", [1, 2, 3, 4], "Add", [4])
case("add-outer", [1, 2, 1, 4], "Add", [3, 1])
case("add-opset-6-axis", [1, 2, 3, 4], "Add", [2, 3], broadcast=1, axis=1, opset=6)
case("add-opset-6-suffix", [1, 2, 3, 4], "Add", [3, 4], broadcast=1, opset=6)


@model
def add_activations():
    builder = ModelBuilder([1, 2, 3, 4])
    return builder.output(builder.node("Add", ["input", builder.node("Relu", ["input"])], name="sum"))


# Pooling
POOL = [1, 2, 7, 9]
case("maxpool", POOL, "MaxPool", kernel_shape=[2, 3], strides=[2, 3])
case("maxpool-pads", POOL, "MaxPool", kernel_shape=[3, 3], pads=[0, 1, 2, 1], strides=[2, 2])
case("maxpool-ceil", POOL, "MaxPool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
case("maxpool-ceil-pads", POOL, "MaxPool", kernel_shape=[2, 2], strides=[3, 3], pads=[1, 0, 1, 1], ceil_mode=1)
case("maxpool-dilations", POOL, "MaxPool", kernel_shape=[2, 2], dilations=[2, 3])
case("maxpool-same-upper", POOL, "MaxPool", kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
case("maxpool-same-lower", POOL, "MaxPool", kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_LOWER")
case("maxpool-1d", [1, 2, 9], "MaxPool", kernel_shape=[3], pads=[1, 1])
case("averagepool", POOL, "AveragePool", kernel_shape=[2, 3], strides=[2, 3])
case("averagepool-exclude-pads", POOL, "AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
case("averagepool-include-pads", POOL, "AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
case("averagepool-ceil", POOL, "AveragePool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
case("averagepool-ceil-include-pads", POOL, "AveragePool", kernel_shape=[3, 2], strides=[3, 2], pads=[1, 0, 0, 1],
     ceil_mode=1, count_include_pad=1, opset=19)
case("averagepool-dilations", POOL, "AveragePool", kernel_shape=[2, 2], dilations=[2, 3], pads=[1, 0, 0, 1], opset=19)
case("averagepool-1d", [1, 2, 9], "AveragePool", kernel_shape=[3], pads=[1, 0])
case("globalaveragepool", POOL, "GlobalAveragePool")
case("globalaveragepool-1d", [1, 2, 9], "GlobalAveragePool")


# Shape
case("flatten", [1, 2, 3, 4], "Flatten")
case("flatten-0", [1, 2, 3, 4], "Flatten", axis=0)
case("flatten-2", [1, 2, 3, 4], "Flatten", axis=2)
case("flatten-4", [1, 2, 3, 4], "Flatten", axis=4)
case("flatten-negative", [1, 2, 3, 4], "Flatten", axis=-1)
case("flatten-vector", [1], "Flatten")


def reshape(wanted, opset=13, **attributes):
    return single([1, 2, 3, 4], "Reshape", numpy.array(wanted, numpy.int64), opset=opset, **attributes)


MODELS["reshape"] = lambda: reshape([1, 24])
MODELS["reshape-copy-and-infer"] = lambda: reshape([0, -1, 4])
MODELS["reshape-same-rank"] = lambda: reshape([1, 4, 3, 2])
MODELS["reshape-allowzero"] = lambda: reshape([-1, 6], opset=14, allowzero=1)
MODELS["reshape-to-scalar"] = lambda: single([1, 1], "Reshape", numpy.zeros([0], numpy.int64))


@model
def reshape_constant():
    """Reshapes the bias of an Add to channels, as exporters do."""
    builder = ModelBuilder([1, 2, 3, 4])
    bias = builder.node("Reshape", [builder.weight("bias", [2]), builder.integers("shape", [1, 2, 1, 1])])
    return builder.output(builder.node("Add", ["input", bias], name="sum"))


@model
def reshape_computed_shape():
    builder = ModelBuilder([1, 2, 3, 4])
    builder.node("Constant", [], output="rows", value_ints=[1])
    builder.node("Constant", [], output="columns", value_ints=[-1])
    builder.node("Concat", ["rows", "columns"], output="shape", axis=0)
    return builder.output(builder.node("Reshape", ["input", "shape"]))


def concat(axis):
    builder = ModelBuilder([1, 2, 3, 4])
    relu = builder.node("Relu", ["input"])
    return builder.output(builder.node("Concat", ["input", relu, "input"], name="all", axis=axis))


MODELS["concat"] = lambda: concat(1)
MODELS["concat-negative"] = lambda: concat(-1)
case("concat-one", [1, 2, 3], "Concat", axis=1)


# Softmax
case("softmax", [1, 10], "Softmax")
case("softmax-axis", [1, 4, 3, 2], "Softmax", axis=1)
case("softmax-opset-11", [1, 4, 3, 2], "Softmax", opset=11)
case("softmax-opset-11-axis", [1, 4, 3, 2], "Softmax", axis=2, opset=11)
case("softmax-opset-11-matrix", [1, 10], "Softmax", opset=11)
case("softmax-one-element", [1, 4, 1, 1], "Softmax", axis=2)
case("logsoftmax", [1, 10], "LogSoftmax")
case("logsoftmax-channels", [1, 4, 3, 2], "LogSoftmax", axis=1)
case("logsoftmax-opset-11", [1, 4, 3, 2], "LogSoftmax", axis=2, opset=11)


@model
def logsoftmax_saturated():
    """The inputs are so far apart that the softmax is 0 in f32. Its logarithm is finite."""
    builder = ModelBuilder([1, 4])
    far = builder.constant("far", numpy.array([0, 300, -300, 20], numpy.float32))
    return builder.output(builder.node("LogSoftmax", [builder.node("Add", ["input", far])]))


# Arithmetic and reductions, with which other exporters express a softmax
for _operator in ("Sub", "Mul", "Div"):
    case(f"arithmetic-{_operator.lower()}", [1, 3, 4, 5], _operator, [4, 1])
case("arithmetic-sub-broadcast", [1, 4], "Sub", [3, 1])
case("arithmetic-exp", [1, 4], "Exp")


@model
def arithmetic_log():
    builder = ModelBuilder([1, 4])
    return builder.output(builder.node("Log", [builder.node("Exp", ["input"])]))


case("reducemax", [1, 3, 4], "ReduceMax", axes=[1], keepdims=0)
case("reducemax-all", [1, 3, 4], "ReduceMax")
case("reducemax-opset-18", [1, 3, 4], "ReduceMax", numpy.array([-1]), opset=18)
case("reducesum", [1, 3, 4], "ReduceSum", numpy.array([1, -1]))
case("reducesum-no-dims", [1, 3, 4], "ReduceSum", numpy.array([2]), keepdims=0)
case("reducesum-opset-11", [1, 3, 4], "ReduceSum", opset=11, axes=[-2])
case("reducesum-noop", [1, 3, 4], "ReduceSum", noop_with_empty_axes=1)


# Unused nodes
@model
def dead_nodes():
    """Nodes that no output depends on may have any operator, and are ignored: the
    normalization is folded although a dead node also reads the convolution."""
    builder = ModelBuilder([1, 3, 6, 6])
    builder.nodes.append(helper.make_node("SequenceEmpty", [], ["nothing"], name="nothing"))
    conv = builder.node("Conv", ["input", builder.weight("w", [4, 3, 3, 3])], name="conv")
    builder.node("Sqrt", [conv], name="dead")
    return builder.output(normalized(builder, conv, 4))


# An input without a batch
@model
def input_list():
    builder = ModelBuilder([12])
    row = builder.node("Reshape", ["input", builder.integers("shape", [1, 12])])
    return builder.output(builder.node("Gemm", [row, builder.weight("w", [12, 3])]))


case("input-list-matmul", [12], "MatMul", [12, 3])


# Constant, Identity, Dropout
def add_constant(**value):
    builder = ModelBuilder([1, 3])
    builder.node("Constant", [], name="c", output="c", **value)
    return builder.output(builder.node("Add", ["input", "c"], name="sum"))


MODELS["constant-tensor"] = lambda: add_constant(
    value=numpy_helper.from_array(numpy.array([1, 2, 3], numpy.float32)))
MODELS["constant-tensor-unpacked"] = lambda: add_constant(
    value=helper.make_tensor("t", TensorProto.FLOAT, [3], [1.0, 2.0, 3.0]))
MODELS["constant-float"] = lambda: add_constant(value_float=2.5)
MODELS["constant-floats"] = lambda: add_constant(value_floats=[1.0, 2.0, 3.0])


@model
def constant_int32_shape():
    """Flattens a constant, drops it out, and reshapes by a scalar joined from ints."""
    builder = ModelBuilder([1, 6])
    builder.node("Constant", [], output="shape", value=helper.make_tensor("s", TensorProto.INT64, [2], [2, 3]))
    return builder.output(builder.node("Reshape", ["input", "shape"]))


@model
def identity():
    builder = ModelBuilder([1, 3])
    weights = builder.node("Identity", [builder.weight("w", [3])])
    total = builder.node("Add", [builder.node("Identity", ["input"]), weights], name="sum")
    return builder.output(builder.node("Identity", [total]))


def dropout(opset, *extra, **attributes):
    builder = ModelBuilder([1, 3], opset)
    inputs = [builder.node("Relu", ["input"])]
    inputs += [builder.constant(f"extra{i}", value) for i, value in enumerate(extra)]
    return builder.output(builder.node("Dropout", inputs, outputs=["kept", "mask"], **attributes))


MODELS["dropout-opset-6"] = lambda: dropout(6, is_test=1, ratio=0.3)
MODELS["dropout-opset-10"] = lambda: dropout(10, ratio=0.3)
MODELS["dropout-opset-13"] = lambda: dropout(13, numpy.float32(0.3), numpy.bool_(False), seed=1)


# BatchNormalization
def normalized(builder, data, channels, **attributes):
    parameters = [builder.weight(name, [channels], 0.5, 1.5) for name in ("gamma", "beta", "mean", "variance")]
    return builder.node("BatchNormalization", [data] + parameters, name="norm", **attributes)


@model
def batchnorm(epsilon=1e-3):
    builder = ModelBuilder([1, 3, 4, 5])
    return builder.output(normalized(builder, "input", 3, epsilon=epsilon))


@model
def batchnorm_opset_6():
    builder = ModelBuilder([1, 3, 4, 5], 6)
    return builder.output(normalized(builder, "input", 3, is_test=1, spatial=1, momentum=0.9))


@model
def batchnorm_matrix():
    builder = ModelBuilder([1, 6], 14)
    return builder.output(normalized(builder, "input", 6, training_mode=0))


def normalized_conv(bias, group=1):
    builder = ModelBuilder([1, 4, 6, 7])
    inputs = ["input", builder.weight("w", [6, 4 // group, 3, 3])]
    if bias:
        inputs.append(builder.weight("b", [6]))
    conv = builder.node("Conv", inputs, name="conv", group=group)
    return builder.output(normalized(builder, conv, 6))


MODELS["batchnorm-folded"] = lambda: normalized_conv(bias=True)
MODELS["batchnorm-folded-no-bias"] = lambda: normalized_conv(bias=False)
MODELS["batchnorm-folded-groups"] = lambda: normalized_conv(bias=True, group=2)


@model
def batchnorm_shared_conv():
    """The convolution's result is also read by an Add, so nothing is folded."""
    builder = ModelBuilder([1, 2, 4, 4])
    conv = builder.node("Conv", ["input", builder.weight("w", [3, 2, 1, 1])], name="conv")
    return builder.output(builder.node("Add", [normalized(builder, conv, 3), conv], name="sum"))


# The model itself
@model
def legacy_inputs():
    """IR version 3 lists initializers as graph inputs."""
    builder = ModelBuilder([1, 8], opset=7, ir_version=3)
    builder.inputs.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [5, 8]))
    builder.inputs.append(helper.make_tensor_value_info("b", TensorProto.FLOAT, [5]))
    return builder.output(builder.node(
        "Gemm", ["input", builder.weight("w", [5, 8]), builder.weight("b", [5])], transB=1))


@model
def symbolic_batch():
    builder = ModelBuilder(["N", 8])
    return builder.output(builder.node("Relu", ["input"], name="relu"), ["N", 8])


@model
def shared_weights():
    """Two nodes read one initializer, in two shapes."""
    builder = ModelBuilder([1, 4])
    weights = builder.weight("w", [4, 4])
    first = builder.node("MatMul", ["input", weights], name="first")
    row = builder.node("Reshape", [weights, builder.integers("shape", [16])])
    second = builder.node("MatMul", [first, weights], name="second")
    return builder.output(builder.node("Concat", [second, builder.node("Reshape", [row, builder.integers(
        "row", [1, 16])])], axis=1))


@model
def unnamed_nodes():
    builder = ModelBuilder([1, 4])
    builder.output(builder.node("Relu", ["input"], output="r\u00e9sultat \"1\""))
    builder.nodes[0].name = ""
    return builder


@model
def odd_names():
    """Names need quotes in the text of the IR."""
    builder = ModelBuilder([1, 4])
    value = "input"
    for name in ("0.weight", "a \"quoted\" one", "two\nlines", "back\\slash", "gr\u00f6\u00dfe", "%0", "-#}"):
        value = builder.node("Add", [value, builder.weight(name, [4])], name=name + ":add")
    return builder.output(value)


@model
def opset_21():
    builder = ModelBuilder([1, 3, 6, 6], opset=21, ir_version=10)
    conv = builder.node("Conv", ["input", builder.weight("w", [4, 3, 3, 3]), builder.weight("b", [4])], name="conv")
    pool = builder.node("MaxPool", [builder.node("Relu", [conv])], kernel_shape=[2, 2], strides=[2, 2])
    flat = builder.node("Flatten", [pool])
    return builder.output(builder.node("Gemm", [flat, builder.weight("fc", [10, 16])], transB=1, name="fc"))


# ONNX Runtime does not implement the operators of opset 6. These are the same
# models in a newer opset.
EQUIVALENTS = {
    "add-opset-6-axis": lambda: single([1, 2, 3, 4], "Add", [2, 3, 1]),
    "add-opset-6-suffix": lambda: single([1, 2, 3, 4], "Add", [3, 4]),
    "batchnorm-opset-6": lambda: batchnorm(epsilon=1e-5),
    "dropout-opset-6": MODELS["dropout-opset-10"],
    "gemm-opset-6-broadcast": MODELS["gemm-trans-b"],
}


def main():
    write_models(MODELS, sys.argv[1], sys.argv[2:])


if __name__ == "__main__":
    main()
