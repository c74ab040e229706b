# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every option of a compilation has the same effect on the command line and in the C API.

Each case differs from the case that it names in one option, and its device binary must
differ, too. This detects options that are dropped, and options that set another one.

  options_by_c_api.py LIBCRANIA_RUNTIME EXAMPLES FOLDER
"""

import ctypes
import pathlib
import subprocess
import sys

runtime, examples, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
DIGITS = examples / "digits"
NETWORK = DIGITS / "digits.onnx"

INTEGERS = {"precision": "i8", "calibrate": str(DIGITS / "test_x_u8.npy"),
            "calibrate-limit": "20", "input-scale": "0.0625"}
CORRECTED = INTEGERS | {"scheme": "importance-corrected", "cluster-limit": "8"}
RESIDUAL = INTEGERS | {"scheme": "residual", "steps": "1", "cluster-limit": "8"}
# Name of a case: the case that it must differ from, and its options.
CASES = {
    "default": (None, {}),
    "clusters": ("default", {"clusters": ".5,.5"}),
    "exit": ("default", {"exit": "margin:0.25"}),
    # The store keeps no cluster of rounds after the first, which no input
    # reaches.
    "exit-histogram": ("default", {"exit-histogram": "1,0,0,0"}),
    "target": ("default", {"target": "edge-lite"}),
    "share-weights": ("default", {"share-weights": "16"}),
    "scope": ("default", {"scope": "global"}),
    "baselines": ("default", {"baselines": "true"}),
    "dense": (None, {}),
    "network-layout": ("dense", {"network-layout": "nhwc"}),
    "precision": ("default", INTEGERS),
    "i16": ("precision", INTEGERS | {"precision": "i16"}),
    "first-layer": ("precision", INTEGERS | {"first-layer": "i16"}),
    "last-layer": ("first-layer", INTEGERS | {"last-layer": "i16"}),
    "both-layers": ("last-layer", INTEGERS | {"first-layer": "f32", "last-layer": "i16"}),
    "layers-swapped": ("both-layers", INTEGERS | {"first-layer": "i16", "last-layer": "f32"}),
    "calibrate": ("precision", INTEGERS | {"calibrate": "second_half.npy"}),
    "calibrate-limit": ("precision", INTEGERS | {"calibrate-limit": "3"}),
    "calibrate-rule": ("precision", INTEGERS | {"calibrate-rule": "max"}),
    "input-scale": ("precision", INTEGERS | {"input-scale": "0.03"}),
    "input-mean": ("precision", INTEGERS | {"input-mean": "0.25"}),
    "input-std": ("input-mean", INTEGERS | {"input-std": "0.25"}),
    "scheme": ("precision", CORRECTED),
    "cluster-limit": ("scheme", CORRECTED | {"cluster-limit": "2"}),
    "metric": ("scheme", CORRECTED | {"metric": "activation"}),
    "whole": ("scheme", CORRECTED | {"whole": "last"}),
    # The first layer is too small to be clustered in any case.
    "whole-first": ("whole", CORRECTED | {"whole": "first"}),
    "max-loss": ("default", {"max-loss": "2", "calibrate": INTEGERS["calibrate"],
                             "input-scale": "0.0625"}),
    "max-loss-i8": ("precision", INTEGERS | {"max-loss": "10"}),
    "labels": ("max-loss-i8", INTEGERS | {"max-loss": "10", "labels": "shuffled_labels.npy"}),
    "residual": ("scheme", RESIDUAL),
    "steps": ("residual", RESIDUAL | {"steps": "1.5"}),
}
# Cases of a network in which nothing determines the layout of its image.
DENSE = {"dense", "network-layout"}
# image-layout.test covers these options, with images of several channels.
ELSEWHERE = {"input-layout", "input-channels"}

# Files that this script writes to its folder.
WRITTEN = {"second_half.npy", "shuffled_labels.npy"}

REPORT = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)


class CompilerApi:
    def __init__(self, path):
        self.library = ctypes.CDLL(str(path))
        for name, result in (("SessionCreate", ctypes.c_void_p),
                             ("GetOptionName", ctypes.c_char_p),
                             ("GetOptionCount", ctypes.c_uint64),
                             ("SessionCompile", ctypes.c_void_p),
                             ("OutputGetData", ctypes.c_void_p),
                             ("OutputGetSize", ctypes.c_uint64)):
            getattr(self.library, f"craniaCompiler{name}").restype = result

    def names(self):
        get = self.library.craniaCompilerGetOptionName
        return {get(ctypes.c_uint64(i)).decode()
                for i in range(self.library.craniaCompilerGetOptionCount())}

    def compile(self, path, options):
        messages = []
        report = REPORT(lambda severity, text, data: messages.append(text.decode()))
        library = self.library
        session = ctypes.c_void_p(library.craniaCompilerSessionCreate(report, None))
        for name, value in options.items():
            if library.craniaCompilerSessionSetOption(session, name.encode(), value.encode()):
                sys.exit(f"{name}={value}: {messages}")
        network = path.read_bytes()
        output = library.craniaCompilerSessionCompile(
            session, network, ctypes.c_uint64(len(network)), str(path).encode())
        if not output:
            sys.exit(f"{options}: {messages}")
        output = ctypes.c_void_p(output)
        size = library.craniaCompilerOutputGetSize(output)
        result = ctypes.string_at(library.craniaCompilerOutputGetData(output), size)
        library.craniaCompilerOutputDestroy(output)
        library.craniaCompilerSessionDestroy(session)
        return result


def write_dense(path):
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper, save
    weights = np.random.default_rng(0).standard_normal((48, 10)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["x"], ["flat"]), helper.make_node("Gemm", ["flat", "w"], ["y"])],
        "dense", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 10])],
        [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    save(model, path)
    return path


def command_line(network, options):
    path = folder / "net.crania"
    subprocess.run(["crania-compile", network, "-o", path,
                    *(f"--{name}={value}" for name, value in options.items())], check=True)
    return path.read_bytes()


def main():
    import numpy as np
    images = np.load(DIGITS / "test_x_u8.npy")
    np.save(folder / "second_half.npy", images[len(images) // 2:])
    np.save(folder / "shuffled_labels.npy", np.roll(np.load(DIGITS / "test_y_u8.npy"), 1))
    api = CompilerApi(runtime.parent / "libcrania_compiler.so")
    shown = {name for _, options in CASES.values() for name in options} | ELSEWHERE | {"function"}
    if api.names() != shown:
        sys.exit(f"options without a case, or cases without an option: {api.names() ^ shown}")
    dense = write_dense(folder / "dense.onnx")
    binaries = {}
    for case, (other, options) in CASES.items():
        options = {name: str(folder / value) if value in WRITTEN else value
                   for name, value in options.items()}
        network = dense if case in DENSE else NETWORK
        binaries[case] = command_line(network, options)
        if api.compile(network, options) != binaries[case]:
            sys.exit(f"{case}: the C API gives another binary than the command line")
        if other and binaries[case] == binaries[other]:
            sys.exit(f"{case}: the options give the same binary as {other}")


main()
