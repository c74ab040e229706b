# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs CRANIA's command line tools and collects their outputs."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

TIMEOUT_SECONDS = 800
EXAMPLES = pathlib.Path(os.environ["CRANIA_EXAMPLES"])
SHARED_DATA = pathlib.Path(os.environ["CRANIA_SHARED_DATA"])


class CheckFailed(Exception):
    """A failed check of a test, with the expected and the actual value."""


def expect(condition, message):
    if not condition:
        raise CheckFailed(message)


def main_of(check):
    """Runs `check(folder)` with the folder that the RUN line names, emptied before."""
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        if stale.is_file():
            stale.unlink()
    try:
        check(folder)
    except CheckFailed as failure:
        sys.exit(f"FAILED: {failure}")


def run_tool(*command):
    """Returns the standard output of a command that must succeed."""
    command = [str(part) for part in command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS)
    expect(done.returncode == 0, f"{' '.join(command)}\nexited with {done.returncode}: "
           f"{done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


def expect_error(*command):
    """Returns the standard error of a command that must refuse its input with exit code 1."""
    command = [str(part) for part in command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS)
    expect(done.returncode == 1, f"{' '.join(command)}\nexited with {done.returncode}, not 1")
    message = done.stderr.decode(errors="replace")
    expect("error" in message, f"{' '.join(command)}\ndid not say what was wrong: {message!r}")
    return message


def compile_model(model, output, *options):
    run_tool("crania-compile", model, "-o", output, *options)
    return output


@dataclasses.dataclass
class Classified:
    """The results of crania-run for a set of images."""

    report: dict
    folder: pathlib.Path

    def __post_init__(self):
        self.rows = {name: Row(self.folder, name) for name in self.report["rows"]}

    @property
    def main(self):
        """Returns the answers of the default program of the binary."""
        return self.rows[self.report["program"]]


class Row:
    """The answers of one program."""

    def __init__(self, folder, name):
        def load(what):
            return np.load(folder / f"{name}.{what}.npy")

        self.predictions = load("predictions")  # (N,) class numbers
        self.exit_rounds = load("exit_rounds")  # (N,), from 1
        self.logits = load("logits")            # (N, classes), of the exit round


def classify(binary, images, folder, convention, *options):
    """Runs `binary` on a .npy file of images; other files go to `folder`."""
    outputs = pathlib.Path(folder) / "outputs"
    outputs.mkdir(exist_ok=True)
    report = outputs / "report.json"
    run_tool("crania-run", binary, f"--images={images}", f"--report={report}",
             f"--outputs={outputs}", *convention.options(), *options)
    with open(report) as file:
        return Classified(json.load(file), outputs)
