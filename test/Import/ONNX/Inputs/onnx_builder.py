# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""Builds small ONNX models for the importer's tests.

A model is described by its input shape and a list of nodes. Weights are seeded
random numbers, so that a model is the same each time.
"""

import os

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

DEFAULT_OPSET = 13


class ModelBuilder:
    """Collects nodes and initializers; `save` writes the model."""

    def __init__(self, shape, opset=DEFAULT_OPSET, ir_version=8, element_type=TensorProto.FLOAT):
        self.opset = opset
        self.ir_version = ir_version
        self.inputs = [helper.make_tensor_value_info("input", element_type, shape)]
        self.nodes = []
        self.initializers = []
        self.outputs = []
        self.random = numpy.random.default_rng(7)

    def weight(self, name, shape, low=-1.0, high=1.0):
        """Adds an initializer of random floats; returns its name."""
        values = self.random.uniform(low, high, shape).astype(numpy.float32)
        return self.constant(name, values)

    def constant(self, name, values):
        """Adds an initializer of the given values; returns its name."""
        self.initializers.append(numpy_helper.from_array(numpy.asarray(values), name))
        return name

    def integers(self, name, values):
        return self.constant(name, numpy.array(values, numpy.int64))

    def node(self, operator, inputs, name=None, output=None, outputs=None, **attributes):
        """Adds a node; returns the name of its first output."""
        name = name or f"{operator.lower()}{len(self.nodes)}"
        outputs = outputs or [output or f"{name}_out"]
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=name, **attributes))
        return outputs[0]

    def output(self, name, shape=None):
        """Declares the model's output. Without a shape, any shape is accepted."""
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return self

    def model(self):
        graph = helper.make_graph(self.nodes, "test", self.inputs, self.outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = self.ir_version
        return model

    def save(self, path):
        onnx.save(self.model(), path)


def single(shape, operator, *operands, opset=DEFAULT_OPSET, **attributes):
    """Returns a model of one node called `node` that reads the input and the given
    operands: shapes of random weights, arrays, or None for an absent operand."""
    builder = ModelBuilder(shape, opset)
    names = ["input"]
    for index, operand in enumerate(operands):
        if operand is None:
            names.append("")
        elif isinstance(operand, numpy.ndarray):
            names.append(builder.constant(f"operand{index + 1}", operand))
        else:
            names.append(builder.weight(f"operand{index + 1}", operand))
    return builder.output(builder.node(operator, names, name="node", output="result", **attributes))


def write_models(models, directory, prefixes):
    """Writes the models (functions that return a builder or a file's bytes) whose
    name begins with one of the prefixes."""
    os.makedirs(directory, exist_ok=True)
    chosen = [name for name in models if name.startswith(tuple(prefixes))]
    if not chosen:
        raise SystemExit(f"error: no model is called {prefixes}")
    for name in chosen:
        built = models[name]()
        content = built if isinstance(built, bytes) else built.model().SerializeToString()
        with open(os.path.join(directory, name + ".onnx"), "wb") as file:
            file.write(content)
