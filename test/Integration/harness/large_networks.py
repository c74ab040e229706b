# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks with the shapes of VGG-16 and ResNet-18 and seeded random weights.

The cost of compiling depends on shapes and on the distribution of magnitudes, not on the
purpose of a network. `width` scales all channels, so that the number of weights grows
with its square; the shapes are those of the original.

  large_networks.py vgg16|resnet18 FILE [--width=F]
"""

import argparse

import numpy as np
from onnx import TensorProto, helper

CLASSES = 1000
PIXELS = 224
WEIGHT_BYTES = 4
SEED = 16
# Channels of the convolutions between VGG-16's max pools, and of its hidden layers.
VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
VGG16_HIDDEN = (4096, 4096)
RESNET18_STAGES = (64, 128, 256, 512)


class _Graph:
    """A network that grows layer by layer, with batch normalization already folded."""

    def __init__(self, width):
        self.width = width
        self.random = np.random.default_rng(SEED)
        self.nodes, self.initializers = [], []
        self.value, self.channels, self.pixels = "input", 3, PIXELS

    def scaled(self, channels):
        return max(1, round(channels * self.width))

    def weights(self, name, shape):
        """Returns weights with a Laplace distribution, scaled to keep activations in range."""
        values = self.random.standard_exponential(shape, dtype=np.float32)
        values *= self.random.choice(np.array([-1, 1], np.int8), shape)
        values *= np.float32(1 / np.sqrt(np.prod(shape[1:])))
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
        tensor.raw_data = values.tobytes()
        self.initializers.append(tensor)
        return name

    def node(self, operator, *inputs, **attributes):
        name = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        self.value = name
        return name

    def conv(self, channels, kernel, stride=1):
        name, pad = f"conv{len(self.nodes)}", kernel // 2
        self.node("Conv", self.value,
                  self.weights(f"{name}.weight", (channels, self.channels, kernel, kernel)),
                  self.weights(f"{name}.bias", (channels,)),
                  kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)
        self.channels, self.pixels = channels, (self.pixels - 1) // stride + 1
        return self.value

    def relu(self):
        return self.node("Relu", self.value)

    def max_pool(self, kernel, pad=0):
        self.node("MaxPool", self.value, kernel_shape=[kernel] * 2, strides=[2] * 2,
                  pads=[pad] * 4)
        self.pixels = (self.pixels + 2 * pad - kernel) // 2 + 1

    def linear(self, inputs, outputs):
        name = f"fc{len(self.nodes)}"
        self.node("Gemm", self.value, self.weights(f"{name}.weight", (outputs, inputs)),
                  self.weights(f"{name}.bias", (outputs,)), transB=1)

    def residual(self, channels, stride):
        """Adds two 3x3 convolutions and the path around them."""
        source, source_channels, source_pixels = self.value, self.channels, self.pixels
        self.conv(channels, 3, stride)
        self.relu()
        main = self.conv(channels, 3)
        if stride != 1:
            self.value, self.channels, self.pixels = source, source_channels, source_pixels
            source = self.conv(channels, 1, stride)
        self.node("Add", main, source)
        self.relu()

    def model(self):
        graph = helper.make_graph(
            self.nodes, "network",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, (1, 3, PIXELS, PIXELS))],
            [helper.make_tensor_value_info(self.value, TensorProto.FLOAT, (1, CLASSES))],
            self.initializers)
        self.initializers = []
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 7
        return model


def vgg16(width=1.0):
    graph = _Graph(width)
    for block in VGG16_BLOCKS:
        for channels in block:
            graph.conv(graph.scaled(channels), 3)
            graph.relu()
        graph.max_pool(2)
    inputs = graph.channels * graph.pixels ** 2
    graph.node("Flatten", graph.value)
    for hidden in map(graph.scaled, VGG16_HIDDEN):
        graph.linear(inputs, hidden)
        graph.relu()
        inputs = hidden
    graph.linear(inputs, CLASSES)
    return graph.model()


def resnet18(width=1.0):
    graph = _Graph(width)
    graph.conv(graph.scaled(RESNET18_STAGES[0]), 7, 2)
    graph.relu()
    graph.max_pool(3, pad=1)
    for index, channels in enumerate(map(graph.scaled, RESNET18_STAGES)):
        graph.residual(channels, 1 if index == 0 else 2)
        graph.residual(channels, 1)
    graph.node("GlobalAveragePool", graph.value)
    graph.node("Flatten", graph.value)
    graph.linear(graph.channels, CLASSES)
    return graph.model()


NETWORKS = {"vgg16": vgg16, "resnet18": resnet18}


def write_network(name, path, width=1.0):
    """Writes the network to `path`. Returns the number of its weights, biases included."""
    model = NETWORKS[name](width)
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
    return sum(len(tensor.raw_data) for tensor in model.graph.initializer) // WEIGHT_BYTES


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("file")
    parser.add_argument("--width", type=float, default=1.0)
    options = parser.parse_args()
    print(write_network(options.network, options.file, options.width), "weights")


if __name__ == "__main__":
    main()
