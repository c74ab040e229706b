# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX Runtime, the independent reference (through node, see ort_run.js)."""

import os
import pathlib
import subprocess

import numpy as np

SCRIPT = pathlib.Path(__file__).with_name("ort_run.js")
TIMEOUT_SECONDS = 600


def logits_of(model, inputs, folder):
    """Returns the logits (N, classes) of ONNX Runtime for float32 inputs (N, C, H, W)."""
    folder = pathlib.Path(folder)
    source, result = folder / "ort_input.npy", folder / "ort_logits.npy"
    np.save(source, np.ascontiguousarray(inputs, dtype="<f4"))
    environment = dict(os.environ, NODE_PATH=os.environ["CRANIA_ONNXRUNTIME"])
    subprocess.run(["node", str(SCRIPT), str(model), str(source), str(result)],
                   env=environment, check=True, timeout=TIMEOUT_SECONDS)
    return np.load(result)
