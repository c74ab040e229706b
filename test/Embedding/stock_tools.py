# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Uses stock tools as clients: Debian's mlir-opt with the plugin lowers a network from
level 1 to host code level by level, as text and as bytecode. Debian's mlir-runner runs the
result with the runtime library. No tool of CRANIA compiles here.
"""
import sys

import numpy as np

from installed import (DIGITS, Runtime, digits_images, expect, library, run, scratch, stock)

CLUSTERS = "0.1,0.2,0.3,0.4"
LEVELS = {
    "1": "crania-check-classifiers,crania-attach-target",
    "2": f"crania-cluster-weights{{clusters={CLUSTERS}}}",
    "3": "func.func(crania-form-rounds{exit=softmax:0.9})",
    "4": "crania-assign-encodings,crania-schedule-fetches,func.func(crania-place-segments)",
    "5": "convert-crania-to-hw,crania_hw.program(crania-hw-verify-program)",
}
BUFFERIZE = ("one-shot-bufferize{bufferize-function-boundaries "
             "function-boundary-type-conversion=identity-layout-map},"
             "func.func(ownership-based-buffer-deallocation),"
             "canonicalize,buffer-deallocation-simplification")
TO_LLVM = ("convert-crania-hw-to-llvm,bufferization-lower-deallocations,convert-bufferization-to-memref,"
           "convert-linalg-to-loops,convert-scf-to-cf,expand-strided-metadata,lower-affine,"
           "convert-cf-to-llvm,finalize-memref-to-llvm,convert-func-to-llvm,convert-arith-to-llvm,"
           "reconcile-unrealized-casts")
# printMemrefF32 prints six digits.
TOLERANCE = 1e-5


def optimize(source, passes, target, *flags):
    stock("mlir-opt", source, f"--pass-pipeline=builtin.module({passes})", *flags, "-o", target)


def check_round_trips(name):
    """Checks that both tools read the module from text and from bytecode without change."""
    as_text = stock("mlir-opt", name)
    expect(as_text == run("crania-opt", name), f"{name}: mlir-opt and crania-opt differ")
    stock("mlir-opt", name, "--emit-bytecode", "-o", f"{name}bc")
    expect(stock("mlir-opt", f"{name}bc") == as_text, f"{name}: bytecode changed it")
    expect(run("crania-opt", f"{name}bc") == as_text, f"{name}: crania-opt read other bytecode")
    generic = stock("mlir-opt", name, "--mlir-print-op-generic")
    expect(stock("mlir-opt", "-", input=generic) == as_text, f"{name}: the generic form changed it")


def add_caller(source, target, image):
    """Adds a function that a runner can start, which classifies one image and prints the logits."""
    shape = "x".join(map(str, (1, 1, *image.shape)))
    data = "0x" + np.ascontiguousarray(image, np.float32).tobytes().hex().upper()
    text = source.read_text().replace("@main(", "@classify(", 1)
    caller = f"""
  func.func private @printMemrefF32(tensor<*xf32>)
  func.func @main() {{
    %image = arith.constant dense<"{data}"> : tensor<{shape}xf32>
    %logits = call @classify(%image) : (tensor<{shape}xf32>) -> tensor<1x10xf32>
    %any = tensor.cast %logits : tensor<1x10xf32> to tensor<*xf32>
    call @printMemrefF32(%any) : (tensor<*xf32>) -> ()
    return
  }}
"""
    # The function follows the first line of the module.
    head, newline, rest = text.partition("\n")
    target.write_text(head + newline + caller + rest)


def main():
    folder = scratch(sys.argv[1])
    run("crania-translate", "--import-onnx", DIGITS, "-o", "imported.mlir")
    source = "imported.mlir"
    for level, passes in LEVELS.items():
        target = f"level{level}.mlir"
        optimize(source, passes, target)
        check_round_trips(target)
        source = target

    # All passes at once give the same result as level by level, with either
    # tool.
    options = f"crania-pipeline{{clusters={CLUSTERS} exit=softmax:0.9}}"
    optimize("imported.mlir", options, "pipeline.mlir")
    run("crania-opt", "imported.mlir", f"--pass-pipeline=builtin.module({options})", "-o", "ours.mlir")
    expected = (folder / "level5.mlir").read_text()
    for name in ("pipeline.mlir", "ours.mlir"):
        expect((folder / name).read_text() == expected, f"{name} is not level5.mlir")

    run("crania-compile", DIGITS, "-o", "digits.crania", f"--clusters={CLUSTERS}", "--exit=softmax:0.9")
    binary = (folder / "digits.crania").read_bytes()
    runtime, lib = Runtime(), "/usr/lib/llvm-22/lib"
    rounds = set()
    for image in digits_images()[:3]:
        exit_round, logits = runtime.infer(binary, image, 10)
        rounds.add(exit_round)
        add_caller(folder / "level5.mlir", folder / "called.mlir", image)
        optimize("called.mlir", BUFFERIZE, "buffers.mlir")
        check_round_trips("buffers.mlir")
        optimize("buffers.mlir", TO_LLVM, "host.mlir")
        text = stock("mlir-runner", "host.mlir", "--entry-point-result=void",
                     f"--shared-libs={library('libcrania_runtime.so')}",
                     f"--shared-libs={lib}/libmlir_runner_utils.so",
                     f"--shared-libs={lib}/libmlir_c_runner_utils.so")
        printed = np.array(text.split("data =")[1].replace("[", " ").replace("]", " ")
                           .replace(",", " ").split(), np.float32)
        expect(np.allclose(printed, logits, rtol=TOLERANCE, atol=TOLERANCE),
               f"mlir-runner gave {printed}, the machine {logits}")
    print(f"levels 1 to 5 and host code under stock tools; exit rounds {sorted(rounds)}")


main()
