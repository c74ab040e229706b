# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Runs a module of a host compiler three times with stock tools: without CRANIA, with only
its clustering, and with its classifiers on the machine. Two classifiers share weights.
TOSA ops, which CRANIA does not know, belong to the host.
"""
import sys

import numpy as np

from installed import expect, library, run, scratch, stock

SEED = 7
CLASSES = 6
TOLERANCE = 1e-4
LIB = "/usr/lib/llvm-22/lib"
HOST = ("func.func(tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith,tosa-to-tensor),"
        "func.func(linalg-generalize-named-ops),"
        "one-shot-bufferize{bufferize-function-boundaries "
        "function-boundary-type-conversion=identity-layout-map},convert-linalg-to-loops,"
        "convert-scf-to-cf,%s,convert-bufferization-to-memref,expand-strided-metadata,lower-affine,"
        "convert-cf-to-llvm,finalize-memref-to-llvm,convert-math-to-llvm,convert-func-to-llvm,"
        "convert-arith-to-llvm,convert-index-to-llvm,reconcile-unrealized-casts")
CLUSTERS = "clusters=0.2,0.3,0.5"


def literal(array):
    return f'dense<"0x{np.ascontiguousarray(array, np.float32).tobytes().hex().upper()}">'


def classifier(name, shared, own):
    """Returns a classifier of two layers. The other classifier shares the first layer's weights."""
    return f"""
  func.func @{name}(%x: tensor<1x8xf32>) -> tensor<1x{CLASSES}xf32> attributes {{crania.classifier}} {{
    %shared = arith.constant {literal(shared)} : tensor<8x16xf32>
    %own = arith.constant {literal(own)} : tensor<16x{CLASSES}xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x16xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x16xf32>) -> tensor<1x16xf32>
    %g = tensor.empty() : tensor<1x{CLASSES}xf32>
    %h = linalg.fill ins(%zero : f32) outs(%g : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    %input = tosa.abs %x : (tensor<1x8xf32>) -> tensor<1x8xf32>
    %a = linalg.matmul ins(%input, %shared : tensor<1x8xf32>, tensor<8x16xf32>) outs(%f : tensor<1x16xf32>) -> tensor<1x16xf32>
    %b = linalg.matmul ins(%a, %own : tensor<1x16xf32>, tensor<16x{CLASSES}xf32>) outs(%h : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    %logits = tosa.tanh %b : (tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    return %logits : tensor<1x{CLASSES}xf32>
  }}"""


def module(random):
    """Returns the source, and the values that its functions should print."""
    shared = random.normal(size=(8, 16)).astype(np.float32)
    owns = [random.normal(size=(16, CLASSES)).astype(np.float32) * 0.1 for _ in range(2)]
    x = random.normal(size=(1, 8)).astype(np.float32)
    expected = [np.tanh(np.abs(x) @ shared @ own) for own in owns]
    # The third function is not a classifier and belongs to the host.
    expected.append(x @ shared)
    functions = "".join(classifier(f"classify{i}", shared, own) for i, own in enumerate(owns))
    calls = "".join(f"""
    %r{i} = call @classify{i}(%x) : (tensor<1x8xf32>) -> tensor<1x{CLASSES}xf32>
    %p{i} = tensor.cast %r{i} : tensor<1x{CLASSES}xf32> to tensor<*xf32>
    call @printMemrefF32(%p{i}) : (tensor<*xf32>) -> ()""" for i in range(2))
    return f"""{functions}
  func.func @plain(%x: tensor<1x8xf32>) -> tensor<1x16xf32> {{
    %w = arith.constant {literal(shared)} : tensor<8x16xf32>
    %zero = arith.constant dense<0.0> : tensor<1x16xf32>
    %a = linalg.matmul ins(%x, %w : tensor<1x8xf32>, tensor<8x16xf32>) outs(%zero : tensor<1x16xf32>) -> tensor<1x16xf32>
    return %a : tensor<1x16xf32>
  }}
  func.func private @printMemrefF32(tensor<*xf32>)
  func.func @main() {{
    %x = arith.constant {literal(x)} : tensor<1x8xf32>{calls}
    %r = call @plain(%x) : (tensor<1x8xf32>) -> tensor<1x16xf32>
    %p = tensor.cast %r : tensor<1x16xf32> to tensor<*xf32>
    call @printMemrefF32(%p) : (tensor<*xf32>) -> ()
    return
  }}
""", expected


def execute(passes, after=""):
    """Returns the output of the module, lowered with the `passes` of CRANIA first."""
    stock("mlir-opt", "source.mlir", f"--pass-pipeline=builtin.module({passes}canonicalize)", "-o", "taken.mlir")
    lowering = HOST % (after or "canonicalize")
    stock("mlir-opt", "taken.mlir", f"--pass-pipeline=builtin.module({lowering})", "-o", "host.mlir")
    text = stock("mlir-runner", "host.mlir", "--entry-point-result=void",
                 f"--shared-libs={library('libcrania_runtime.so')}",
                 f"--shared-libs={LIB}/libmlir_runner_utils.so",
                 f"--shared-libs={LIB}/libmlir_c_runner_utils.so")
    return [np.array("".join(" " if c in "[]," else c for c in part.split("Unranked")[0]).split(), np.float32)
            for part in text.split("data =")[1:]]


def check(name, printed, expected):
    expect(len(printed) == len(expected), f"{name}: {len(printed)} results")
    for i, (found, wanted) in enumerate(zip(printed, expected)):
        expect(np.allclose(found, wanted.ravel(), rtol=TOLERANCE, atol=TOLERANCE),
               f"{name}, function {i}: {found} instead of {wanted.ravel()}")


def main():
    folder = scratch(sys.argv[1])
    source, expected = module(np.random.default_rng(SEED))
    (folder / "source.mlir").write_text(source)
    check("without CRANIA", execute(""), expected)

    check("clustering alone", execute(f"crania-cluster-weights{{{CLUSTERS}}},convert-crania-to-scf,"),
          expected)
    # No input reaches this confidence, so all rounds run, and the last one is
    # exact.
    check("on the machine", execute(f"crania-pipeline{{{CLUSTERS} exit=entropy:0}},", "convert-crania-hw-to-llvm"),
          expected)
    expect((folder / "taken.mlir").read_text().count("crania_hw.program") == 2, "there are not two programs")
    clustered = run("crania-opt", "source.mlir", f"--crania-cluster-weights={CLUSTERS}")
    expect(clustered.count("crania.weights @") == 3, "the first layer's weights are not shared")
    print("a host's module: without CRANIA, clustered, and on the machine")


main()
