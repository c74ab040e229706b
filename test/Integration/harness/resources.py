# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the resources of compiling a network: CPU seconds and memory, in total and per pass."""

import dataclasses
import os
import pathlib
import subprocess
import sys

from tools import expect

BYTES_PER_MB = 1e6


@dataclasses.dataclass(frozen=True)
class Step:
    """A line of crania-compile --timing."""

    name: str
    seconds: float
    resident_mb: float
    peak_mb: float


@dataclasses.dataclass(frozen=True)
class Compilation:
    seconds: float     # CPU time of user and system
    peak_bytes: int    # largest resident size
    steps: tuple       # of Step


def write_network(name, path, width=1.0):
    """Writes one of large_networks, and returns the number of its weights. It runs in a
    process of its own, because a child's peak is at least the size of its parent at the fork."""
    script = pathlib.Path(__file__).with_name("large_networks.py")
    done = subprocess.run([sys.executable, script, name, path, f"--width={width}"],
                          stdout=subprocess.PIPE, check=True, text=True)
    return int(done.stdout.split()[0])


def measure_compilation(model, output, *options):
    command = ["crania-compile", "--timing", model, "-o", output, *options]
    command = [str(part) for part in command]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    text = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    expect(process.returncode == 0,
           f"{' '.join(command)}\nexited with {process.returncode}: {text}")
    return Compilation(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, _steps_of(text))


def _steps_of(text):
    lines = [line.split() for line in text.splitlines()]
    begin = next(i for i, words in enumerate(lines) if words[:1] == ["step"])
    return tuple(Step(name, *map(float, numbers)) for name, *numbers in lines[begin + 1:])


def tool_bytes(folder):
    """Returns the peak of compiling a tiny network, which is that of code and libraries."""
    write_network("resnet18", folder / "tiny.onnx", 1 / 64)
    return measure_compilation(folder / "tiny.onnx", folder / "tiny.crania").peak_bytes
