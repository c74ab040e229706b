# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: onnxruntime
# RUN: %python %s %t.dir %S/../../Import/ONNX/Inputs
"""Every model that the importer's tests accept, lowered by stock MLIR, computes the results
of ONNX Runtime on random inputs."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np

import reference_path
from tools import TIMEOUT_SECONDS, expect, main_of, run_tool

SCRIPT = pathlib.Path(__file__).parent / "Inputs" / "onnxruntime_run.js"
TOLERANCE = 2e-5  # relative, absolute below 1


def input_shape(model):
    dims = model.graph.input[0].type.tensor_type.shape.dim
    return [dim.dim_value if dim.HasField("dim_value") else 1 for dim in dims]


def write_jobs(models, equivalents, folder):
    """One job per model: ONNX Runtime runs `model`, the importer reads `imported`."""
    random = np.random.default_rng(1)
    jobs = []
    for name, build in models.items():
        imported = reference = folder / f"{name}.onnx"
        build().save(imported)
        if name in equivalents:
            reference = folder / f"{name}.equivalent.onnx"
            equivalents[name]().save(reference)
        shape = input_shape(build().model())
        data = folder / f"{name}.input"
        random.uniform(-2, 2, shape).astype(np.float32).tofile(data)
        jobs.append({"name": name, "imported": str(imported), "model": str(reference),
                     "input": str(data), "shape": shape})
    return jobs


def run_onnxruntime(jobs):
    """Returns the result of each job. One process runs all, because it starts slowly."""
    environment = dict(os.environ, NODE_PATH=os.environ["CRANIA_ONNXRUNTIME"])
    done = subprocess.run(["node", SCRIPT], input=json.dumps(jobs), env=environment, check=True,
                          stdout=subprocess.PIPE, text=True, timeout=TIMEOUT_SECONDS)
    return json.loads(done.stdout)


def run_reference_path(job, folder):
    module = folder / f"{job['name']}.mlir"
    run_tool("crania-translate", "--import-onnx", job["imported"], "-o", module)
    function = reference_path.load(module, folder)
    return function(np.fromfile(job["input"], np.float32).reshape(job["shape"]))


def difference(found, expected):
    """Returns None, or the difference between the two results."""
    if "error" in expected:
        return f"ONNX Runtime refuses the model: {expected['error']}"
    if list(found.shape) != expected["dims"]:
        return f"shape {list(found.shape)}, expected {expected['dims']}"
    wanted = np.array(expected["data"], np.float32).reshape(found.shape)
    worst = np.max(np.abs(found - wanted) / np.maximum(1, np.abs(wanted)))
    return None if worst <= TOLERANCE else f"differs by {worst}"


def check(folder):
    sys.path.insert(0, sys.argv[2])
    import models

    jobs = write_jobs(models.MODELS, models.EQUIVALENTS, folder)
    problems = []
    for job, expected in zip(jobs, run_onnxruntime(jobs)):
        problem = difference(run_reference_path(job, folder), expected)
        if problem:
            problems.append(f"{job['name']}: {problem}")
    expect(not problems, "\n".join(problems))
    print(f"{len(jobs)} models agree with ONNX Runtime")


if __name__ == "__main__":
    main_of(check)
