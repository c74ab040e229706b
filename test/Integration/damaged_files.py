# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.binary binary 60
# RUN: %python %s %t.refined refined 60
# RUN: %python %s %t.onnx onnx 60
# RUN: %python %s %t.npy npy 60
# RUN: %python %s %t.mlir mlir 60
# RUN: %python %s %t.plan plan 60
# RUN: %python %s %t.machine machine 60
# RUN: %python %s %t.pipeline pipeline 60
"""Damaged files of every kind that a tool reads must not make it crash or hang.

usage: damaged_files.py FOLDER KIND COUNT [SEED]

KIND is binary, refined (a device binary of clusters that refine each other, whose
checksum is repaired so that damage reaches the parsers), onnx, npy, or MLIR text:
mlir (level 1), plan (level 4), machine (level 5), or pipeline (level 1, through all
passes).

Each damaged file is a truncation, some flipped bits, or random contents. A tool
must end by itself with exit code 0, or 1 and an error; any change of a device
binary must be an error. The seed and the number of a file reproduce it.
"""

import concurrent.futures
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import onnx

from networks import RandomNetwork
from preprocessing import DIGITS
from tools import EXAMPLES, compile_model, expect, main_of, run_tool

MODEL = EXAMPLES / "digits" / "digits.onnx"
IMAGES = EXAMPLES / "digits" / "test_x_u8.npy"
DEFAULT_SEED = 1
SMALL_NETWORK_SEED = 2  # some kilobytes of weights in the module's text
TIMEOUT_SECONDS = 60
KNOWN = "crashed in MLIR"
# An exit code for crashes in a build with sanitizers, distinct from an error's
# 1.
SANITIZER_EXIT_CODE = 99
# Far above the needs of these small files. An allocation of a damaged size
# fails.
ADDRESS_SPACE_BYTES = 8 << 30


def truncate(contents, rng):
    return contents[:rng.integers(len(contents))]


def flip_bits(contents, rng):
    damaged = bytearray(contents)
    for _ in range(rng.integers(1, 9)):
        # Headers and structure are at the front, so half of the damage is
        # there.
        reach = len(damaged) if rng.random() < 0.5 else min(len(damaged), 512)
        damaged[rng.integers(reach)] ^= 1 << rng.integers(8)
    return bytes(damaged)


def randomise(contents, rng):
    """Replaces the file, a range of it, or its end by random bytes."""
    begin, end = sorted(rng.integers(len(contents) + 1, size=2))
    noise = rng.bytes(int(rng.integers(1, 4096)))
    choice = rng.integers(3)
    if choice == 0:
        return noise
    if choice == 1:
        return contents[:begin] + rng.bytes(int(end - begin)) + contents[end:]
    return contents[:min(begin, 64)] + noise


DAMAGES = (truncate, flip_bits, randomise)


# Ops whose parsers in MLIR 22 crash on a malformed list of dimensions, because
# they set a null attribute. These parsers are LLVM's and run before any code of
# CRANIA.
CRASHING_PARSERS = ("linalg.broadcast", "linalg.reduce", "linalg.transpose")
PARSER_FRAME = "MLIR Parser: custom op parser '"


def crashed_in_mlir(message):
    """Returns True if the innermost parser of a crash is one of those."""
    innermost = message.rpartition(PARSER_FRAME)[2].partition("'")[0]
    return innermost in CRASHING_PARSERS and "mlir::NamedAttrList::set" in message


class Kind:
    """A kind of file: a valid file, and the command that reads it."""

    def __init__(self, good, command, must_fail=False, repair=None):
        self.good = pathlib.Path(good)
        self.contents = self.good.read_bytes()
        self.command = command
        self.must_fail = must_fail
        self.repair = repair  # a command to run on a damaged file; it may fail


def good_binary(folder):
    return compile_model(MODEL, folder / "good.crania", "--clusters=.1,.2,.3,.4",
                         "--exit=softmax:0.9")


def good_images(folder):
    images = folder / "good.npy"
    np.save(images, np.load(IMAGES)[:3])
    return images


def run_command(binary, images):
    return ["crania-run", binary, f"--images={images}", *DIGITS.options()]


def binary_kind(folder):
    images = good_images(folder)
    return Kind(good_binary(folder), lambda path: run_command(path, images), must_fail=True)


def refined_kind(folder):
    binary = compile_model(MODEL, folder / "good.crania", "--precision=i8",
                           f"--calibrate={IMAGES}", "--calibrate-limit=20",
                           "--scheme=residual", "--steps=1.2,0.4", "--exit=softmax:0.9",
                           *DIGITS.options())
    images = good_images(folder)
    return Kind(binary, lambda path: run_command(path, images),
                repair=lambda path: ["repair-checksum", str(path)])


def npy_kind(folder):
    binary = good_binary(folder)
    return Kind(good_images(folder), lambda path: run_command(binary, path))


def onnx_kind(folder):
    return Kind(MODEL, lambda path: ["crania-translate", "--import-onnx", path])


def small_module(folder):
    network, module = folder / "small.onnx", folder / "small.mlir"
    onnx.save(RandomNetwork(SMALL_NETWORK_SEED).build(), str(network))
    module.write_text(run_tool("crania-translate", "--import-onnx", network))
    return module


def mlir_kind(folder, *passes):
    """Returns a kind of module at the level after the passes, which is parsed and verified."""
    module = folder / "good.mlir"
    module.write_text(run_tool("crania-opt", *passes, small_module(folder)))
    return Kind(module, lambda path: ["crania-opt", path])


def pipeline_kind(folder):
    """Returns a kind of module that runs through all passes if it parses."""
    return Kind(small_module(folder), lambda path: ["crania-opt", "--crania-pipeline", path])


LEVEL_4 = ("--crania-check-classifiers", "--crania-attach-target", "--crania-cluster-weights",
           "--crania-form-rounds", "--crania-assign-encodings", "--crania-schedule-fetches",
           "--crania-place-segments")
KINDS = {
    "binary": binary_kind, "refined": refined_kind, "npy": npy_kind, "onnx": onnx_kind,
    "mlir": mlir_kind,
    "plan": lambda folder: mlir_kind(folder, *LEVEL_4),
    "machine": lambda folder: mlir_kind(folder, "--crania-pipeline"),
    "pipeline": pipeline_kind,
}


def sanitized(command):
    """Returns True if a tool was built with AddressSanitizer, which reserves address space."""
    return b"__asan_init" in pathlib.Path(shutil.which(command)).read_bytes()


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))


def environment():
    result = dict(os.environ)
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        options = [o for o in (result.get(name), f"exitcode={SANITIZER_EXIT_CODE}",
                               "allocator_may_return_null=1" if name[0] == "A" else None) if o]
        result[name] = ":".join(options)
    return result


def verdict(kind, path, limited):
    """Returns None if the tool handles the file, KNOWN if MLIR crashes, else the failure."""
    try:
        done = subprocess.run([str(part) for part in kind.command(path)],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS,
                              env=environment(), preexec_fn=limit_memory if limited else None)
    except subprocess.TimeoutExpired:
        return f"still ran after {TIMEOUT_SECONDS} s"
    message = done.stderr.decode(errors="replace")
    if done.returncode == -signal.SIGSEGV and crashed_in_mlir(message):
        return KNOWN
    if done.returncode not in (0, 1) or "Sanitizer" in message or "runtime error" in message:
        return f"exit code {done.returncode}: {message[-2000:]}"
    if done.returncode == 1 and "error" not in message:
        return f"exit code 1 without an error message: {message[-500:]!r}"
    if done.returncode == 0 and kind.must_fail:
        return "accepted"
    return None


def damaged_contents(kind, seed, number):
    """Returns file `number` of a seed, which always differs from the valid one."""
    rng = np.random.default_rng([seed, number])
    while True:
        damaged = DAMAGES[number % len(DAMAGES)](kind.contents, rng)
        if damaged != kind.contents:
            return damaged


def check_file(kind, folder, seed, number, limited):
    path = folder / f"damaged-{number}{kind.good.suffix}"
    path.write_bytes(damaged_contents(kind, seed, number))
    if kind.repair:
        subprocess.run(kind.repair(path), capture_output=True, check=False)
    problem = verdict(kind, path, limited)
    if problem in (None, KNOWN):
        path.unlink()  # what is left shows the failures
        return problem
    return f"{path} ({DAMAGES[number % len(DAMAGES)].__name__}): {problem}"


def check(folder):
    name, count = sys.argv[2], int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else DEFAULT_SEED
    kind = KINDS[name](folder)
    run_tool(*kind.command(kind.good))  # the good file is one
    limited = not sanitized(kind.command(kind.good)[0])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [p for p in pool.map(
            lambda number: check_file(kind, folder, seed, number, limited), range(count)) if p]
    known = problems.count(KNOWN)
    problems = [problem for problem in problems if problem != KNOWN]
    expect(not problems, f"{len(problems)} of {count} damaged files, seed {seed}:\n"
           + "\n".join(problems[:10]))
    print(f"{count} damaged {name} files, seed {seed}: each an error or read as it is"
          + (f", but for {known} that crash in MLIR's own parsers" if known else ""))


if __name__ == "__main__":
    main_of(check)
