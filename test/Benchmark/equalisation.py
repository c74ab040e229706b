# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cross-layer equalization of channels (M. Nagel et al., arXiv:1906.04721) of an ONNX
model. It multiplies the outputs of one layer by a positive factor per channel, and
divides in the layers that read them. Between them are only ops that such factors commute
with."""

import collections

import numpy as np
import onnx
from onnx import numpy_helper

CONTRACTIONS = ("Conv", "Gemm")
# These ops have f(s * x) = s * f(x) for s > 0, channel by channel.
HOMOGENEOUS = ("Relu", "MaxPool", "AveragePool", "GlobalAveragePool", "Flatten")


class Model:
    def __init__(self, path):
        self.proto = onnx.load(path)
        graph = self.proto.graph
        self.weights = {tensor.name: tensor for tensor in graph.initializer}
        self.users = collections.defaultdict(list)
        for node in graph.node:
            for name in node.input:
                self.users[name].append(node)
        self.results = {value.name for value in graph.output}

    def array(self, name):
        return numpy_helper.to_array(self.weights[name])

    def replace(self, name, array):
        self.weights[name].CopyFrom(numpy_helper.from_array(array.astype(np.float32), name))

    def readers(self, name):
        """Returns the contractions that read a tensor, or None if another op reads it, too."""
        if name in self.results:
            return None
        found = []
        for node in self.users[name]:
            if node.op_type in CONTRACTIONS:
                if node.input[0] != name or not self.can_scale(node):
                    return None
                found.append(node)
            elif node.op_type in HOMOGENEOUS:
                behind = self.readers(node.output[0])
                if behind is None:
                    return None
                found += behind
            else:
                return None
        return found

    def can_scale(self, node):
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        own = all(name in self.weights and len(self.users[name]) == 1 for name in node.input[1:])
        if node.op_type == "Conv":
            return own and attributes.get("group", 1) == 1
        return own and attributes.get("transB", 0) == 1 and not attributes.get("transA", 0)

    def equalise(self, producer):
        consumers = self.can_scale(producer) and self.readers(producer.output[0])
        if not consumers:
            return False
        first = self.array(producer.input[1])
        channels = first.shape[0]
        # The shape is [outputs, channels, rest]: a flattened tensor has several
        # inputs per channel.
        behind = [self.array(node.input[1]) for node in consumers]
        by_channel = [array.reshape(array.shape[0], channels, -1) for array in behind]
        ranges = np.abs(first.reshape(channels, -1)).max(axis=1)
        next_ranges = np.max([np.abs(array).max(axis=(0, 2)) for array in by_channel], axis=0)
        both = (ranges > 0) & (next_ranges > 0)
        factors = np.where(both, np.sqrt(ranges / np.where(both, next_ranges, 1)), 1)
        self.replace(producer.input[1],
                     first / factors.reshape(-1, *[1] * (first.ndim - 1)))
        if len(producer.input) > 2:
            self.replace(producer.input[2], self.array(producer.input[2]) / factors)
        for node, array, shaped in zip(consumers, behind, by_channel):
            self.replace(node.input[1], (shaped * factors[None, :, None]).reshape(array.shape))
        return True


def equalise(path, result, passes=10):
    """Writes the equalized model. Returns the number of changed layers."""
    model = Model(path)
    for _ in range(passes):
        changed = sum(model.equalise(node) for node in model.proto.graph.node
                      if node.op_type in CONTRACTIONS)
    onnx.save(model.proto, result)
    return changed
