# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks with seeded random weights, as ONNX and as the text that each of three front
ends produces: torch-mlir (linalg, channels first), IREE (linalg, channels last) and the
TFLite importer (TOSA, channels last).

A network is a function that takes a writer and calls the methods of its layers. All
writers have the same methods. Values are names with shapes (channels, height, width).
"""
import dataclasses

import numpy as np
from onnx import TensorProto, helper

SEED = 11


@dataclasses.dataclass(frozen=True)
class Value:
    name: str
    shape: tuple  # (channels, height, width), or (features,)


def lenet(net):
    x = net.conv(net.input((1, 28, 28)), 6, 5, pad=2, activation="relu")
    x = net.max_pool(x, 2)
    x = net.conv(x, 16, 5, activation="relu")
    x = net.max_pool(x, 2)
    x = net.linear(net.flatten(x), 32, activation="relu")
    return net.linear(x, 10)


def resnet(net):
    x = net.conv(net.input((3, 16, 16)), 8, 3, pad=1, activation="relu")
    y = net.conv(x, 8, 3, pad=1, activation="relu")
    x = net.add(net.conv(y, 8, 3, pad=1), x, activation="relu")
    y = net.conv(x, 16, 3, stride=2, pad=1, activation="relu")
    y = net.conv(y, 16, 3, pad=1)
    x = net.add(y, net.conv(x, 16, 1, stride=2), activation="relu")
    return net.linear(net.flatten(net.global_average(x)), 10)


def mobilenet(net):
    x = net.conv(net.input((3, 16, 16)), 8, 3, stride=2, pad=1, activation="relu6")
    for channels, stride in ((8, 1), (16, 2)):
        skipped = x
        x = net.conv(x, 24, 1, activation="relu6")
        x = net.depthwise(x, 3, stride, pad=1, activation="relu6")
        x = net.conv(x, channels, 1)
        if skipped.shape == x.shape:
            x = net.add(x, skipped)
    return net.linear(net.flatten(net.global_average(x)), 10)


NETWORKS = {"lenet": lenet, "resnet": resnet, "mobilenet": mobilenet}


def output_pixels(pixels, kernel, stride, pad):
    return (pixels + 2 * pad - kernel) // stride + 1


class Writer:
    """The common part of the formats: random weights in the order of the layers."""

    def __init__(self):
        self.random = np.random.default_rng(SEED)
        self.count = 0

    def fresh(self, kind="v"):
        self.count += 1
        return f"{kind}{self.count}"

    def parameters(self, shape):
        """Returns weights of this shape, output channels first, and a bias."""
        scale = np.sqrt(2 / np.prod(shape[1:]))
        weights = self.random.normal(size=shape, scale=scale).astype(np.float32)
        return weights, self.random.normal(size=shape[0], scale=0.1).astype(np.float32)


class Onnx(Writer):
    """A writer of ONNX in the form that PyTorch exports."""

    def __init__(self):
        super().__init__()
        self.nodes, self.initializers = [], []

    def node(self, operator, inputs, shape, **attributes):
        name = self.fresh(operator.lower())
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return Value(name, shape)

    def constant(self, array):
        name = self.fresh("weight")
        self.initializers.append(helper.make_tensor(
            name, TensorProto.FLOAT, array.shape, array.tobytes(), raw=True))
        return name

    def activate(self, x, activation):
        if activation == "relu":
            return self.node("Relu", [x.name], x.shape)
        if activation == "relu6":
            bounds = [self.constant(np.array(bound, np.float32)) for bound in (0, 6)]
            return self.node("Clip", [x.name, *bounds], x.shape)
        return x

    def input(self, shape):
        self.source = Value("input", shape)
        return self.source

    def conv(self, x, channels, kernel, stride=1, pad=0, activation=None, groups=1):
        weights, bias = self.parameters((channels, x.shape[0] // groups, kernel, kernel))
        shape = (channels, *(output_pixels(n, kernel, stride, pad) for n in x.shape[1:]))
        return self.activate(self.node(
            "Conv", [x.name, self.constant(weights), self.constant(bias)], shape,
            kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, group=groups), activation)

    def depthwise(self, x, kernel, stride, pad, activation):
        return self.conv(x, x.shape[0], kernel, stride, pad, activation, groups=x.shape[0])

    def max_pool(self, x, size):
        shape = (x.shape[0], *(n // size for n in x.shape[1:]))
        return self.node("MaxPool", [x.name], shape, kernel_shape=[size] * 2, strides=[size] * 2)

    def global_average(self, x):
        return self.node("GlobalAveragePool", [x.name], (x.shape[0], 1, 1))

    def add(self, a, b, activation=None):
        return self.activate(self.node("Add", [a.name, b.name], a.shape), activation)

    def flatten(self, x):
        return self.node("Flatten", [x.name], (int(np.prod(x.shape)),))

    def linear(self, x, features, activation=None):
        weights, bias = self.parameters((features, x.shape[0]))
        return self.activate(self.node(
            "Gemm", [x.name, self.constant(weights), self.constant(bias)], (features,), transB=1), activation)

    def finish(self, logits):
        graph = helper.make_graph(
            self.nodes, "network",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, (1, *self.source.shape))],
            [helper.make_tensor_value_info(logits.name, TensorProto.FLOAT, (1, *logits.shape))],
            self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 7
        return model.SerializeToString()


class Mlir(Writer):
    """A writer of text with a line per operation."""

    channels_last = False

    def __init__(self):
        super().__init__()
        self.lines, self.resources = [], {}

    def dims(self, shape):
        """Returns the dimensions of a value with its batch, in the front end's order of axes."""
        if len(shape) == 3 and self.channels_last:
            shape = (*shape[1:], shape[0])
        return (1, *shape)

    def type(self, dims, element="f32"):
        return "tensor<" + "".join(f"{n}x" for n in dims) + f"{element}>"

    def of(self, value):
        return self.type(self.dims(value.shape))

    def emit(self, text, name=None):
        """Writes a line whose result is `name`."""
        name = name or "%" + self.fresh()
        self.lines.append(f"    {name} = {text}")
        return name

    def literal(self, array):
        return f'dense<"0x{np.ascontiguousarray(array).tobytes().hex().upper()}">'

    def constant(self, array):
        return self.emit(f"arith.constant {self.literal(array)} : {self.type(array.shape)}")

    def input(self, shape):
        self.source = Value("%arg0", shape)
        return self.source

    def finish(self, logits):
        body = "\n".join(self.lines)
        resources = ",\n".join(f'      {name}: "0x04000000{data.tobytes().hex().upper()}"'
                               for name, data in self.resources.items())
        section = "{-#\n  dialect_resources: {\n    builtin: {\n%s\n    }\n  }\n#-}\n" % resources
        return (f"{self.head}module {{\n{self.globals}  func.func @{self.function}(%arg0: {self.of(self.source)}) -> "
                f"{self.of(logits)} {{\n{body}\n    return {logits.name} : {self.of(logits)}\n  }}\n}}\n"
                + (section if self.resources else ""))

    head = globals = ""
    function = "main"


class Linalg(Mlir):
    """A writer of linalg on tensors in the form of both front ends."""

    def empty(self, dims):
        return self.emit(f"tensor.empty() : {self.type(dims)}")

    def scalar(self, value):
        return self.emit(f"arith.constant {value} : f32")

    def filled(self, dims, value="0.000000e+00"):
        kind = self.type(dims)
        return self.emit(f"linalg.fill ins({self.scalar(value)} : f32) outs({self.empty(dims)} : {kind}) -> {kind}")

    def maps(self, rank, *results):
        dims = ", ".join(f"d{i}" for i in range(rank))
        return ", ".join(f"affine_map<({dims}) -> ({', '.join(f'd{i}' for i in result)})>" for result in results)

    def generic(self, operands, dims, body, maps=None):
        """Writes an element-wise op. `operands` are (name, dims); `body` uses %in0, %in1, %out."""
        rank = len(dims)
        everything = list(range(rank))
        maps = [*(maps or [everything] * len(operands)), everything]
        types = ", ".join(self.type(d) for _, d in operands)
        names = ", ".join(n for n, _ in operands)
        arguments = ", ".join(f"%in{i}: f32" for i in range(len(operands)))
        iterators = ", ".join(['"parallel"'] * rank)
        kind = self.type(dims)
        return self.emit(
            f"linalg.generic {{indexing_maps = [{self.maps(rank, *maps)}], iterator_types = [{iterators}]}} "
            f"ins({names} : {types}) outs({self.empty(dims)} : {kind}) {{\n"
            f"    ^bb0({arguments}, %out: f32):\n{body}    }} -> {kind}")

    def pad_spatial(self, name, dims, pad, axes):
        if not pad:
            return name, dims
        widths = [pad if i in axes else 0 for i in range(4)]
        padded = tuple(n + 2 * w for n, w in zip(dims, widths))
        zero = self.scalar("0.000000e+00")
        text = ", ".join(map(str, widths))
        return self.emit(
            f"tensor.pad {name} low[{text}] high[{text}] {{\n"
            f"    ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):\n      tensor.yield {zero} : f32\n"
            f"    }} : {self.type(dims)} to {self.type(padded)}"), padded

    def named(self, op, inputs, out, out_dims, attributes=""):
        names = ", ".join(n for n, _ in inputs)
        types = ", ".join(self.type(d) for _, d in inputs)
        kind = self.type(out_dims)
        return self.emit(f"linalg.{op} {attributes}ins({names} : {types}) outs({out} : {kind}) -> {kind}")

    def window(self, stride):
        return f"{{dilations = dense<1> : vector<2xi64>, strides = dense<{stride}> : vector<2xi64>}} "

    def result(self, x, channels, kernel, stride, pad):
        return (channels, *(output_pixels(n, kernel, stride, pad) for n in x.shape[1:]))

    def add(self, a, b, activation=None):
        dims = self.dims(a.shape)
        name = self.generic([(a.name, dims), (b.name, dims)], dims,
                            "      %s = arith.addf %in0, %in1 : f32\n      linalg.yield %s : f32\n")
        return self.activate(Value(name, a.shape), activation)

    def flatten(self, x):
        features = int(np.prod(x.shape))
        kind = self.type((1, features))
        return Value(self.emit(f"tensor.collapse_shape {x.name} [[0], [1, 2, 3]] : {self.of(x)} into {kind}"),
                     (features,))


class TorchMlir(Linalg):
    """A writer of the form of torch-mlir for a traced module: channels first, parameters as
    resources, padding as a separate op, biases as the initial value, and linear layers as
    a product with transposed parameters."""

    function = "forward"
    globals = "  ml_program.global private mutable @global_seed(dense<0> : tensor<i64>) : tensor<i64>\n"

    def constant(self, array):
        name = self.fresh("torch_tensor_" + "_".join(map(str, array.shape)) + "_torch.float32_")
        name = name.replace(".", "_")
        self.resources[name] = array
        return self.emit(f"arith.constant dense_resource<{name}> : {self.type(array.shape)}")

    def activate(self, x, activation):
        """Writes a comparison and a select for each bound."""
        if not activation:
            return x
        dims, lower = self.dims(x.shape), self.scalar("0.000000e+00")
        name = self.generic([(x.name, dims)], dims,
                            f"      %c = arith.cmpf ugt, %in0, {lower} : f32\n"
                            f"      %s = arith.select %c, %in0, {lower} : f32\n      linalg.yield %s : f32\n")
        if activation == "relu6":
            upper = self.scalar("6.000000e+00")
            name = self.generic([(name, dims)], dims,
                                f"      %c = arith.cmpf ult, %in0, {upper} : f32\n"
                                f"      %s = arith.select %c, %in0, {upper} : f32\n      linalg.yield %s : f32\n")
        return Value(name, x.shape)

    def bias(self, bias, dims):
        return self.emit(f"linalg.broadcast ins({self.constant(bias)} : {self.type(bias.shape)}) "
                         f"outs({self.empty(dims)} : {self.type(dims)}) dimensions = [0, 2, 3]")

    def conv(self, x, channels, kernel, stride=1, pad=0, activation=None):
        weights, bias = self.parameters((channels, x.shape[0], kernel, kernel))
        name, dims = self.pad_spatial(x.name, self.dims(x.shape), pad, (2, 3))
        shape = self.result(x, channels, kernel, stride, pad)
        out = self.dims(shape)
        weight = self.constant(weights)
        name = self.named("conv_2d_nchw_fchw", [(name, dims), (weight, weights.shape)],
                          self.bias(bias, out), out, self.window(stride))
        return self.activate(Value(name, shape), activation)

    def depthwise(self, x, kernel, stride, pad, activation):
        channels = x.shape[0]
        weights, bias = self.parameters((channels, 1, kernel, kernel))
        name, dims = self.pad_spatial(x.name, self.dims(x.shape), pad, (2, 3))
        shape = self.result(x, channels, kernel, stride, pad)
        out = self.dims(shape)
        weight = self.constant(weights)
        flat = (channels, kernel, kernel)
        weight = self.emit(f"tensor.collapse_shape {weight} [[0, 1], [2], [3]] : {self.type(weights.shape)} "
                           f"into {self.type(flat)}")
        name = self.named("depthwise_conv_2d_nchw_chw", [(name, dims), (weight, flat)],
                          self.bias(bias, out), out, self.window(stride))
        return self.activate(Value(name, shape), activation)

    def max_pool(self, x, size):
        shape = (x.shape[0], *(n // size for n in x.shape[1:]))
        out = self.dims(shape)
        name = self.named("pooling_nchw_max", [(x.name, self.dims(x.shape)), (self.empty((size, size)), (size, size))],
                          self.filled(out, "0xFF800000"), out, self.window(size))
        return Value(name, shape)

    def global_average(self, x):
        shape, window = (x.shape[0], 1, 1), x.shape[1:]
        out = self.dims(shape)
        name = self.named("pooling_nchw_sum", [(x.name, self.dims(x.shape)), (self.empty(window), window)],
                          self.filled(out), out, self.window(1))
        count = self.scalar(f"{np.prod(window):.6e}")
        return Value(self.generic([(name, out)], out, f"      %s = arith.divf %in0, {count} : f32\n"
                                                      "      linalg.yield %s : f32\n"), shape)

    def linear(self, x, features, activation=None):
        weights, bias = self.parameters((features, x.shape[0]))
        turned = (x.shape[0], features)
        weight = self.emit(f"linalg.transpose ins({self.constant(weights)} : {self.type(weights.shape)}) "
                           f"outs({self.empty(turned)} : {self.type(turned)}) permutation = [1, 0]")
        out = (1, features)
        name = self.named("matmul", [(x.name, (1, x.shape[0])), (weight, turned)], self.filled(out), out)
        name = self.generic([(name, out), (self.constant(bias), bias.shape)], out,
                            "      %s = arith.addf %in0, %in1 : f32\n      linalg.yield %s : f32\n", [[0, 1], [1]])
        return self.activate(Value(name, (features,)), activation)


class Iree(Linalg):
    """A writer of the form of IREE before dispatch formation: channels last, weights in
    their final order, biases and activations as element-wise ops after zero-initialized ones."""

    channels_last = True
    function = "serving_default"

    def activate(self, x, activation):
        if not activation:
            return x
        dims = self.dims(x.shape)
        body = f"      %m = arith.maximumf %in0, {self.scalar('0.000000e+00')} : f32\n"
        if activation == "relu6":
            body += f"      %n = arith.minimumf %m, {self.scalar('6.000000e+00')} : f32\n      linalg.yield %n : f32\n"
        else:
            body += "      linalg.yield %m : f32\n"
        return Value(self.generic([(x.name, dims)], dims, body), x.shape)

    def biased(self, name, shape, bias, activation):
        dims = self.dims(shape)
        rank = len(dims)
        name = self.generic([(name, dims), (self.constant(bias), bias.shape)], dims,
                            "      %s = arith.addf %in0, %in1 : f32\n      linalg.yield %s : f32\n",
                            [list(range(rank)), [rank - 1]])
        return self.activate(Value(name, shape), activation)

    def conv(self, x, channels, kernel, stride=1, pad=0, activation=None):
        weights, bias = self.parameters((channels, x.shape[0], kernel, kernel))
        name, dims = self.pad_spatial(x.name, self.dims(x.shape), pad, (1, 2))
        shape = self.result(x, channels, kernel, stride, pad)
        out = self.dims(shape)
        weights = weights.transpose(2, 3, 1, 0)
        name = self.named("conv_2d_nhwc_hwcf", [(name, dims), (self.constant(weights), weights.shape)],
                          self.filled(out), out, self.window(stride))
        return self.biased(name, shape, bias, activation)

    def depthwise(self, x, kernel, stride, pad, activation):
        channels = x.shape[0]
        weights, bias = self.parameters((channels, 1, kernel, kernel))
        name, dims = self.pad_spatial(x.name, self.dims(x.shape), pad, (1, 2))
        shape = self.result(x, channels, kernel, stride, pad)
        out = self.dims(shape)
        weights = weights[:, 0].transpose(1, 2, 0)
        name = self.named("depthwise_conv_2d_nhwc_hwc", [(name, dims), (self.constant(weights), weights.shape)],
                          self.filled(out), out, self.window(stride))
        return self.biased(name, shape, bias, activation)

    def max_pool(self, x, size):
        shape = (x.shape[0], *(n // size for n in x.shape[1:]))
        out = self.dims(shape)
        name = self.named("pooling_nhwc_max", [(x.name, self.dims(x.shape)), (self.empty((size, size)), (size, size))],
                          self.filled(out, "0xFF800000"), out, self.window(size))
        return Value(name, shape)

    def global_average(self, x):
        """Writes a reduction by hand, followed by its factor."""
        shape, dims = (x.shape[0], 1, 1), self.dims(x.shape)
        flat = (1, x.shape[0])
        kind = self.type(flat)
        total = self.emit(
            f"linalg.generic {{indexing_maps = [{self.maps(4, [0, 1, 2, 3], [0, 3])}], "
            'iterator_types = ["parallel", "reduction", "reduction", "parallel"]} '
            f"ins({x.name} : {self.type(dims)}) outs({self.filled(flat)} : {kind}) {{\n"
            "    ^bb0(%in0: f32, %out: f32):\n      %s = arith.addf %out, %in0 : f32\n"
            f"      linalg.yield %s : f32\n    }} -> {kind}")
        factor = self.scalar(f"{1 / np.prod(x.shape[1:]):.9e}")
        mean = self.generic([(total, flat)], flat, f"      %s = arith.mulf %in0, {factor} : f32\n"
                                                   "      linalg.yield %s : f32\n")
        out = self.dims(shape)
        return Value(self.emit(f"tensor.expand_shape {mean} [[0], [1, 2, 3]] output_shape [{', '.join(map(str, out))}]"
                               f" : {kind} into {self.type(out)}"), shape)

    def linear(self, x, features, activation=None):
        weights, bias = self.parameters((features, x.shape[0]))
        if getattr(self, "unflattened", None):
            weights = self.reordered(weights)
        weights = weights.T
        out = (1, features)
        name = self.named("matmul", [(x.name, (1, x.shape[0])), (self.constant(weights), weights.shape)],
                          self.filled(out), out)
        return self.biased(name, (features,), bias, activation)

    def flatten(self, x):
        self.unflattened = x.shape
        return super().flatten(x)

    def reordered(self, weights):
        """ONNX flattens channels first; here they come last."""
        shape, self.unflattened = self.unflattened, None
        return weights.reshape(-1, *shape).transpose(0, 2, 3, 1).reshape(weights.shape)


class Tosa(Iree):
    """A writer of the form of the TFLite importer: convolutions with their padding and bias,
    fully connected layers as convolutions of one pixel, clamps."""

    function = "main"

    def constant(self, array):
        return self.emit(f'"tosa.const"() <{{values = {self.literal(array)} : {self.type(array.shape)}}}> '
                         f": () -> {self.type(array.shape)}")

    def zero_point(self):
        return self.emit('"tosa.const"() <{values = dense<0.000000e+00> : tensor<1xf32>}> : () -> tensor<1xf32>')

    def activate(self, x, activation):
        if not activation:
            return x
        most = "6.000000e+00" if activation == "relu6" else "3.40282347E+38"
        return Value(self.emit(f"tosa.clamp {x.name} {{max_val = {most} : f32, min_val = 0.000000e+00 : f32}} : "
                               f"({self.of(x)}) -> {self.of(x)}"), x.shape)

    def convolve(self, op, x, weights, bias, stride, pad, shape, activation, kernel):
        # TOSA requires windows that end where the input does.
        ends = [(output_pixels(n, kernel, stride, pad) - 1) * stride + kernel - n - pad for n in x.shape[1:]]
        pads = f"{pad}, {ends[0]}, {pad}, {ends[1]}"
        zeros = self.zero_point(), self.zero_point()
        x_name = x.name
        if min(ends) < 0:
            x_name, x = self.sliced(x, ends)
            pads = f"{pad}, {max(ends[0], 0)}, {pad}, {max(ends[1], 0)}"
        name = self.emit(
            f"tosa.{op} {x_name}, {self.constant(weights)}, {self.constant(bias)}, {zeros[0]}, {zeros[1]} "
            f"{{acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: {pads}>, "
            f"stride = array<i64: {stride}, {stride}>}} : ({self.of(x)}, {self.type(weights.shape)}, "
            f"{self.type(bias.shape)}, tensor<1xf32>, tensor<1xf32>) -> {self.type(self.dims(shape))}")
        return self.activate(Value(name, shape), activation)

    def shape_constant(self, values):
        text = ", ".join(map(str, values))
        return self.emit(f"tosa.const_shape {{values = dense<[{text}]> : tensor<{len(values)}xindex>}} : "
                         f"() -> !tosa.shape<{len(values)}>")

    def sliced(self, x, ends):
        """Cuts off the last pixels, which no window reaches."""
        shape = (x.shape[0], x.shape[1] + min(ends[0], 0), x.shape[2] + min(ends[1], 0))
        out = Value("", shape)
        start, size = self.shape_constant([0] * 4), self.shape_constant(self.dims(shape))
        name = self.emit(f"tosa.slice {x.name}, {start}, {size} : ({self.of(x)}, !tosa.shape<4>, !tosa.shape<4>) "
                         f"-> {self.of(out)}")
        return name, Value(name, shape)

    def conv(self, x, channels, kernel, stride=1, pad=0, activation=None):
        weights, bias = self.parameters((channels, x.shape[0], kernel, kernel))
        return self.convolve("conv2d", x, weights.transpose(0, 2, 3, 1), bias, stride, pad,
                             self.result(x, channels, kernel, stride, pad), activation, kernel)

    def depthwise(self, x, kernel, stride, pad, activation):
        weights, bias = self.parameters((x.shape[0], 1, kernel, kernel))
        return self.convolve("depthwise_conv2d", x, weights.transpose(2, 3, 0, 1), bias, stride, pad,
                             self.result(x, x.shape[0], kernel, stride, pad), activation, kernel)

    def max_pool(self, x, size):
        out = Value("", (x.shape[0], *(n // size for n in x.shape[1:])))
        return Value(self.emit(
            f"tosa.max_pool2d {x.name} {{kernel = array<i64: {size}, {size}>, pad = array<i64: 0, 0, 0, 0>, "
            f"stride = array<i64: {size}, {size}>}} : ({self.of(x)}) -> {self.of(out)}"), out.shape)

    def global_average(self, x):
        out = Value("", (x.shape[0], 1, 1))
        window = ", ".join(map(str, x.shape[1:]))
        zeros = self.zero_point(), self.zero_point()
        return Value(self.emit(
            f"tosa.avg_pool2d {x.name}, {zeros[0]}, {zeros[1]} {{acc_type = f32, kernel = array<i64: {window}>, "
            f"pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}} : ({self.of(x)}, tensor<1xf32>, "
            f"tensor<1xf32>) -> {self.of(out)}"), out.shape)

    def add(self, a, b, activation=None):
        return self.activate(Value(self.emit(
            f"tosa.add {a.name}, {b.name} : ({self.of(a)}, {self.of(b)}) -> {self.of(a)}"), a.shape), activation)

    def reshape(self, x, dims, shape):
        size = self.shape_constant(dims)
        return Value(self.emit(f"tosa.reshape {x.name}, {size} : ({self.of(x)}, !tosa.shape<{len(dims)}>) -> "
                               f"{self.type(dims)}"), shape)

    def flatten(self, x):
        self.unflattened = x.shape
        features = int(np.prod(x.shape))
        return self.reshape(x, (1, features), (features,))

    def linear(self, x, features, activation=None):
        weights, bias = self.parameters((features, x.shape[0]))
        if getattr(self, "unflattened", None):
            weights = self.reordered(weights)
        pixel = self.reshape(x, (1, 1, 1, x.shape[0]), (x.shape[0], 1, 1))
        y = self.convolve("conv2d", pixel, weights.reshape(features, 1, 1, -1), bias, 1, 0,
                          (features, 1, 1), activation, 1)
        return self.reshape(y, (1, features), (features,))


FRONT_ENDS = {"torch-mlir": TorchMlir, "iree": Iree, "tflite": Tosa}
