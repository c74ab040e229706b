# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Seeded random classifiers over the operators that the importer accepts."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MAX_PIXELS = 18   # largest height or width of an input
MIN_PIXELS = 3    # below this no layer may shrink the plane further


class RandomNetwork:
    """Grows a network layer by layer from one seed; see build().

    Strides are up to `most_stride`, kernels up to 3, so windows may leave rows and columns
    between them out.
    """

    def __init__(self, seed, most_stride=2):
        self.rng = np.random.default_rng(seed)
        self.most_stride = most_stride
        self.nodes, self.weights = [], []
        self.channels = int(self.rng.choice([1, 2, 3, 4]))
        self.height = int(self.rng.integers(8, MAX_PIXELS))
        self.width = int(self.rng.integers(8, MAX_PIXELS))
        self.input_shape = (self.channels, self.height, self.width)
        self.value = "input"

    def build(self):
        """Returns the ONNX model: a stem, up to five random blocks, and a classifier."""
        self.convolution()
        blocks = [self.convolution, self.depthwise, self.grouped, self.max_pool,
                  self.average_pool, self.residual, self.concatenation, self.normalised]
        for _ in range(int(self.rng.integers(2, 6))):
            blocks[self.rng.integers(len(blocks))]()
            self.pass_through()
        self.classifier(classes=int(self.rng.integers(2, 12)))
        return self.model()

    # -- pieces ---------------------------------------------------------------

    def chance(self, probability):
        return self.rng.random() < probability

    def node(self, operator, inputs, **attributes):
        result = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [result],
                                           name=f"{operator.lower()}{len(self.nodes)}",
                                           **attributes))
        return result

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array, np.float32), name))
        return name

    def gaussian(self, *shape):
        """Returns weights by He initialization, so that values keep their size over layers."""
        fan_in = max(1, int(np.prod(shape[1:])))
        return self.weight(self.rng.standard_normal(shape) * np.sqrt(2 / fan_in))

    def relu(self):
        self.value = self.node("Relu", [self.value])

    # -- layers ---------------------------------------------------------------

    def window(self, allow_dilation):
        """Returns a random window that fits the plane, and the extents of its output."""
        kernel, strides, dilations, pads, extents = [], [], [], [], []
        for extent in (self.height, self.width):
            k = int(self.rng.integers(1, 4))
            d = int(self.rng.integers(1, 3)) if allow_dilation else 1
            reach = d * (k - 1) + 1
            begin, end = (int(p) for p in self.rng.integers(0, k, size=2))
            s = int(self.rng.integers(1, self.most_stride + 1)) if extent > 2 * MIN_PIXELS else 1
            if extent + begin + end - reach + 1 < MIN_PIXELS * s:
                begin, end, s = reach - 1, 0, 1  # keeps the extent
            kernel.append(k), strides.append(s), dilations.append(d)
            pads.append((begin, end))
            extents.append((extent + begin + end - reach) // s + 1)
        attributes = dict(kernel_shape=kernel, strides=strides,
                          pads=[p[0] for p in pads] + [p[1] for p in pads])
        if allow_dilation:
            attributes["dilations"] = dilations
        return attributes, extents

    def convolution(self, groups=1, activate=None):
        outputs = groups * int(self.rng.integers(1, max(2, 20 // groups)))
        attributes, (height, width) = self.window(allow_dilation=self.chance(0.4))
        weight = self.gaussian(outputs, self.channels // groups, *attributes["kernel_shape"])
        inputs = [self.value, weight]
        if self.chance(0.7):
            inputs.append(self.weight(0.1 * self.rng.standard_normal(outputs)))
        self.value = self.node("Conv", inputs, group=groups, **attributes)
        self.channels, self.height, self.width = outputs, height, width
        if self.chance(0.7) if activate is None else activate:
            self.relu()

    def depthwise(self):
        self.convolution(groups=self.channels)

    def grouped(self):
        divisors = [g for g in range(2, self.channels + 1) if self.channels % g == 0]
        self.convolution(groups=int(self.rng.choice(divisors)) if divisors else 1)

    def pool(self, operator, **extra):
        attributes, (self.height, self.width) = self.window(allow_dilation=False)
        self.value = self.node(operator, [self.value], **attributes, **extra)

    def max_pool(self):
        self.pool("MaxPool")

    def average_pool(self):
        self.pool("AveragePool", count_include_pad=int(self.chance(0.5)))

    def same_size_branch(self, outputs):
        """Adds a 3x3 or 1x1 convolution of the present value that keeps the plane."""
        k = int(self.rng.choice([1, 3]))
        weight = self.gaussian(outputs, self.channels, k, k)
        return self.node("Conv", [self.value, weight], kernel_shape=[k, k],
                         pads=[k // 2] * 4)

    def residual(self):
        branch = self.same_size_branch(self.channels)
        self.value = self.node("Add", [branch, self.value])
        self.relu()

    def concatenation(self):
        sizes = [int(n) for n in self.rng.integers(2, 8, size=2)]
        branches = [self.same_size_branch(n) for n in sizes]
        self.value = self.node("Concat", branches, axis=1)
        self.channels = sum(sizes)

    def normalised(self):
        self.convolution(activate=False)
        n = self.channels
        parameters = [self.weight(v) for v in (
            1 + 0.2 * self.rng.standard_normal(n), 0.1 * self.rng.standard_normal(n),
            0.1 * self.rng.standard_normal(n), 0.5 + self.rng.random(n))]
        self.value = self.node("BatchNormalization", [self.value] + parameters, epsilon=1e-3)
        self.relu()

    def pass_through(self):
        if self.chance(0.15):
            self.value = self.node("Identity", [self.value])
        if self.chance(0.15):
            self.value = self.node("Dropout", [self.value])

    def flatten(self):
        size = self.channels * self.height * self.width
        if self.chance(0.3):
            self.value = self.node("GlobalAveragePool", [self.value])
            size = self.channels
        if self.chance(0.5):
            self.value = self.node("Flatten", [self.value])
        else:
            shape = numpy_helper.from_array(np.array([1, -1], np.int64), "shape")
            self.weights.append(shape)
            self.value = self.node("Reshape", [self.value, "shape"])
        return size

    def classifier(self, classes):
        size = self.flatten()
        if self.chance(0.5):
            hidden = int(self.rng.integers(8, 48))
            self.value = self.node("Gemm", [self.value, self.gaussian(hidden, size),
                                            self.weight(0.1 * self.rng.standard_normal(hidden))],
                                   transB=1)
            self.relu()
            size = hidden
        if self.chance(0.5):
            self.value = self.node("Gemm", [self.value, self.gaussian(classes, size),
                                            self.weight(0.1 * self.rng.standard_normal(classes))],
                                   transB=1)
            return
        transposed = self.rng.standard_normal((size, classes)) * np.sqrt(2 / size)
        product = self.node("MatMul", [self.value, self.weight(transposed)])
        self.value = self.node("Add", [product, self.weight(self.rng.standard_normal(classes))])

    def model(self):
        self.nodes[-1].output[0] = "logits"
        graph = helper.make_graph(
            self.nodes, "random",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, (1,) + self.input_shape)],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)],
            self.weights)
        model = helper.make_model(graph, producer_name="crania tests",
                                  opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 7
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        onnx.checker.check_model(model)
        return model
