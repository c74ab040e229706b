# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: onnx-testdata, slow
# RUN: %python %s %t.dir /usr/share/libonnx-testdata/data
"""Runs ONNX's own backend tests of the supported operators, with their recorded outputs.

Each test first becomes a classifier of one input. Its other inputs become initializers.
A first input of several images is either cut to one image (if Conv reads it) or gets a
leading dimension of 1 that a Reshape removes again."""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import reference_path
from tools import CheckFailed, expect, main_of, run_tool

TOLERANCE = 1e-4  # relative, absolute below 1; the tests record three to four digits
OPERATORS = {"Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv", "Dropout", "Flatten", "Gemm",
             "GlobalAveragePool", "Identity", "MatMul", "MaxPool", "Relu", "Reshape", "Softmax"}
OPSETS = range(6, 22)
# Messages of the importer for tests outside of its purpose.
REFUSALS = (
    "has rank 5; expected rank 3 to 4",                  # three-dimensional
    "(training_mode) must be the constant false",
    "'training_mode' = 1 is not supported",
    "outputs, as in training; export the model for inference",
    "has element type",                                   # DOUBLE, UINT8, ...
    "holds integers; expected FLOAT",
    "the graph has 2 outputs",                            # the mask of Dropout, the indices of MaxPool
    "the graph has 3 outputs",
    "is not of element type FLOAT",
    "does not depend on the input",
    "has the illegal shape 1x0x",                         # no elements
)
LEAST_NUMBER_PASSED = 130


class OutOfScope(Exception):
    """The test needs something outside the purpose of the importer."""


def load_tensor(path):
    tensor = TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


def is_candidate(model):
    opsets = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    return (opsets and opsets[0] in OPSETS and bool(model.graph.input)
            and all(value.type.HasField("tensor_type") for value in model.graph.input)
            and all(node.op_type in OPERATORS for node in model.graph.node))


def bind_inputs(model, folder):
    """Makes initializers of all inputs but the first. Returns the value of the first."""
    known = {tensor.name for tensor in model.graph.initializer}
    free = [value.name for value in model.graph.input if value.name not in known]
    values = []
    for index, name in enumerate(free):
        path = folder / "test_data_set_0" / f"input_{index}.pb"
        if not path.exists():
            raise OutOfScope("no recorded input")
        values.append(load_tensor(path))
        if index > 0:
            model.graph.initializer.append(numpy_helper.from_array(values[-1], name))
    if not values or values[0].dtype != np.float32:
        raise OutOfScope("no float input")
    inputs = [value for value in model.graph.input if value.name == free[0]]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    return values[0]


def set_input(model, name, shape):
    del model.graph.input[:]
    model.graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))


def make_single(model, value, expected):
    """Reduces the input to one image. Returns the matching input and output."""
    name = model.graph.input[0].name
    model.graph.output[0].type.tensor_type.ClearField("shape")
    if value.ndim and value.shape[0] == 1:
        return value, expected
    if any(node.op_type == "Conv" for node in model.graph.node):
        set_input(model, name, [1, *value.shape[1:]])
        return value[:1], expected[:1]
    set_input(model, "one_image", [1, *value.shape])
    shape = numpy_helper.from_array(np.array(value.shape, np.int64), "images_shape")
    model.graph.initializer.append(shape)
    model.graph.node.insert(0, helper.make_node("Reshape", ["one_image", "images_shape"], [name]))
    return value[None], expected


def run_case(case, folder):
    """Runs a test. Raises CheckFailed if it fails, or OutOfScope."""
    model = onnx.load(case / "model.onnx")
    if not is_candidate(model):
        raise OutOfScope("operators")
    value = bind_inputs(model, case)
    value, expected = make_single(model, value, load_tensor(case / "test_data_set_0" / "output_0.pb"))
    path = folder / f"{case.name}.onnx"
    onnx.save(model, path)
    module = path.with_suffix(".mlir")
    try:
        run_tool("crania-translate", "--import-onnx", path, "-o", module)
    except CheckFailed as failure:
        if any(reason in str(failure) for reason in REFUSALS):
            raise OutOfScope(str(failure)) from failure
        raise
    found = reference_path.load(module, folder)(value)
    expect(found.shape == expected.shape, f"{case.name}: shape {found.shape}, expected {expected.shape}")
    worst = np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)))
    expect(worst <= TOLERANCE, f"{case.name}: differs by {worst}")


def check(folder):
    data = pathlib.Path(sys.argv[2])
    passed, problems = 0, []
    for case in sorted(path.parent for path in data.glob("*/*/model.onnx")):
        try:
            run_case(case, folder)
            passed += 1
        except OutOfScope:
            pass
        except CheckFailed as failure:
            problems.append(f"{case.name}: {failure}")
    expect(not problems, "\n".join(problems))
    expect(passed >= LEAST_NUMBER_PASSED, f"only {passed} tests were run")
    print(f"{passed} backend tests passed")


if __name__ == "__main__":
    main_of(check)
