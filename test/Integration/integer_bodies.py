# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Integer bodies that a user wrote are computed as stock MLIR does, or refused.

A network multiplies its quantized input by small numbers; an element-wise op converts
the sums to f32. The logits of the machine equal those of the same module as nested
loops, bit for bit, or the compiler explains why it cannot compute them.
"""

import numpy as np

import reference_path
from preprocessing import Convention
from tools import classify, compile_model, expect, expect_error, main_of, run_tool

IMAGES = 64

NETWORK = """
#same = affine_map<(d0, d1) -> (d0, d1)>
!real = !quant.uniform<{quantized}:f32, 0.01>
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x3xf32> attributes {{crania.classifier}} {{
  %cast = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!real>
  %q = quant.scast %cast : tensor<1x4x!real> to tensor<1x4x{storage}>
{body}
}}
"""

# %a is a sum of products, from about -800 to 800.
SUMS = """
  %w = arith.constant dense<[[1, 2, -3], [-4, 5, 6], [7, -8, 1], [-1, 0, -4]]> : tensor<4x3x{storage}>
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<1x3xi32>
  %cleared = linalg.fill ins(%zero : i32) outs(%e : tensor<1x3xi32>) -> tensor<1x3xi32>
  %sums = linalg.matmul ins(%q, %w : tensor<1x4x{storage}>, tensor<4x3x{storage}>) outs(%cleared : tensor<1x3xi32>) -> tensor<1x3xi32>
  %out = tensor.empty() : tensor<1x3xf32>
  %y = linalg.generic {{indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}}
      ins(%sums : tensor<1x3xi32>) outs(%out : tensor<1x3xf32>) {{
    ^bb0(%a: i32, %o: f32):
{scalars}
      linalg.yield %r : f32
  }} -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
"""

# %a is a code of the input itself.
CODES = """
  %out = tensor.empty() : tensor<1x4xf32>
  %g = linalg.generic {{indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}}
      ins(%q : tensor<1x4x{storage}>) outs(%out : tensor<1x4xf32>) {{
    ^bb0(%a: {storage}, %o: f32):
{scalars}
      linalg.yield %r : f32
  }} -> tensor<1x4xf32>
  %w = arith.constant dense<[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]> : tensor<4x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3xf32>
  %cleared = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = linalg.matmul ins(%g, %w : tensor<1x4xf32>, tensor<4x3xf32>) outs(%cleared : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
"""

I8, U8, I16 = "i8<-127:127>", "u8", "i16<-32767:32767>"

# The columns are name, type of the input, network around, and scalar code.
COMPUTED = [
    ("float_comparison_counts", I8, SUMS, """
      %c = arith.constant 3.0 : f32
      %f = arith.sitofp %a : i32 to f32
      %b = arith.cmpf ogt, %f, %c : f32
      %i = arith.extui %b : i1 to i32
      %s = arith.addi %i, %a : i32
      %r = arith.sitofp %s : i32 to f32"""),
    ("truth_of_both_kinds", I8, SUMS, """
      %c = arith.constant 3.0 : f32
      %limit = arith.constant 200 : i32
      %f = arith.sitofp %a : i32 to f32
      %p = arith.cmpf ogt, %f, %c : f32
      %q0 = arith.cmpi slt, %a, %limit : i32
      %both = arith.andi %p, %q0 : i1
      %one = arith.ori %q0, %p : i1
      %m = arith.uitofp %both : i1 to f32
      %n = arith.uitofp %one : i1 to f32
      %two = arith.constant 2.0 : f32
      %d = arith.mulf %m, %two : f32
      %r = arith.addf %d, %n : f32"""),
    ("integers_choose_floats", I8, SUMS, """
      %limit = arith.constant 200 : i32
      %f = arith.sitofp %a : i32 to f32
      %n = arith.negf %f : f32
      %p = arith.cmpi slt, %a, %limit : i32
      %r = arith.select %p, %f, %n : f32"""),
    ("floats_choose_integers", I8, SUMS, """
      %c = arith.constant 3.0 : f32
      %limit = arith.constant 200 : i32
      %f = arith.sitofp %a : i32 to f32
      %p = arith.cmpf olt, %f, %c : f32
      %s = arith.select %p, %limit, %a : i32
      %r = arith.sitofp %s : i32 to f32"""),
    ("truth_chosen_by_truth", I8, SUMS, """
      %c = arith.constant 3.0 : f32
      %limit = arith.constant 200 : i32
      %f = arith.sitofp %a : i32 to f32
      %p = arith.cmpf ogt, %f, %c : f32
      %q0 = arith.cmpi slt, %a, %limit : i32
      %q1 = arith.cmpi sgt, %a, %limit : i32
      %s = arith.select %p, %q0, %q1 : i1
      %r = arith.uitofp %s : i1 to f32"""),
    ("chosen_bytes_without_sign", U8, CODES, """
      %c = arith.constant 100 : i8
      %high = arith.constant 200 : i8
      %p = arith.cmpi ne, %a, %c : i8
      %s = arith.select %p, %a, %high : i8
      %i = arith.extui %s : i8 to i32
      %r = arith.sitofp %i : i32 to f32"""),
    ("bytes_bounded_without_sign", U8, CODES, """
      %c = arith.constant 150 : i8
      %m = arith.maxui %a, %c : i8
      %r = arith.uitofp %m : i8 to f32"""),
    ("bytes_bounded_with_sign", I8, CODES, """
      %c = arith.constant -20 : i8
      %m = arith.maxsi %a, %c : i8
      %r = arith.sitofp %m : i8 to f32"""),
    ("bytes_shifted", I8, CODES, """
      %c = arith.constant 2 : i8
      %m = arith.shrsi %a, %c : i8
      %r = arith.sitofp %m : i8 to f32"""),
    ("sixteen_bits", I16, CODES, """
      %c = arith.constant -20 : i16
      %m = arith.minsi %a, %c : i16
      %r = arith.sitofp %m : i16 to f32"""),
    ("cut_within_its_range", I8, SUMS, """
      %low = arith.constant -128 : i32
      %high = arith.constant 127 : i32
      %m = arith.maxsi %a, %low : i32
      %n = arith.minsi %m, %high : i32
      %t = arith.trunci %n : i32 to i8
      %r = arith.sitofp %t : i8 to f32"""),
    ("cut_within_its_range_without_sign", I8, SUMS, """
      %low = arith.constant 0 : i32
      %high = arith.constant 255 : i32
      %m = arith.maxsi %a, %low : i32
      %n = arith.minsi %m, %high : i32
      %t = arith.trunci %n : i32 to i8
      %r = arith.uitofp %t : i8 to f32"""),
]

# These bodies are refused; the last column is a part of the message.
REFUSED = [
    ("cut_above_its_range", I8, SUMS, """
      %low = arith.constant -128 : i32
      %high = arith.constant 128 : i32
      %m = arith.maxsi %a, %low : i32
      %n = arith.minsi %m, %high : i32
      %t = arith.trunci %n : i32 to i8
      %r = arith.sitofp %t : i8 to f32""", "'arith.trunci' in its body within a body; only what is stored is cut"),
    ("cut_below_its_range", I8, SUMS, """
      %low = arith.constant -1 : i32
      %high = arith.constant 255 : i32
      %m = arith.maxsi %a, %low : i32
      %n = arith.minsi %m, %high : i32
      %t = arith.trunci %n : i32 to i8
      %r = arith.uitofp %t : i8 to f32""", "'arith.trunci' in its body within a body; only what is stored is cut"),
    ("bits_of_integers", I8, SUMS, """
      %c = arith.constant 255 : i32
      %b = arith.andi %a, %c : i32
      %r = arith.sitofp %b : i32 to f32""", "'arith.andi' in its body; it has no bitwise logic"),
    ("truth_with_sign", I8, SUMS, """
      %c = arith.constant 3 : i32
      %b = arith.cmpi sgt, %a, %c : i32
      %r = arith.sitofp %b : i1 to f32""", "it takes truth values for 0 and 1"),
    ("truth_extended_with_sign", I8, SUMS, """
      %c = arith.constant 3 : i32
      %b = arith.cmpi sgt, %a, %c : i32
      %i = arith.extsi %b : i1 to i32
      %r = arith.sitofp %i : i32 to f32""", "it takes truth values for 0 and 1"),
    ("sign_lost_between", I8, SUMS, """
      %f = arith.sitofp %a : i32 to f32
      %b = arith.fptosi %f : f32 to i8
      %i = arith.extui %b : i8 to i32
      %r = arith.sitofp %i : i32 to f32""", "reads as unsigned a byte that is signed"),
    ("input_without_sign", U8, CODES, """
      %r = arith.sitofp %a : i8 to f32""", "reads bytes as signed that are read as unsigned elsewhere"),
    ("unsigned_words", I16, CODES, """
      %r = arith.uitofp %a : i16 to f32""", "integers wider than bytes have a sign"),
    ("maximum_of_unsigned_words", I8, SUMS, """
      %c = arith.constant 3 : i32
      %m = arith.maxui %a, %c : i32
      %r = arith.sitofp %m : i32 to f32""", "integers wider than bytes have a sign"),
    ("narrow_range", "i8<-7:7>", CODES, """
      %r = arith.sitofp %a : i8 to f32""", "the machine quantizes its input to u8"),
    ("whole_range", "i8", CODES, """
      %r = arith.sitofp %a : i8 to f32""", "the machine quantizes its input to u8"),
    ("unsigned_input_of_16_bits", "u16", CODES, """
      %r = arith.sitofp %a : i16 to f32""", "the machine quantizes its input to u8"),
]


def network(folder, name, quantized, template, scalars):
    storage = "i16" if "16" in quantized else "i8"
    body = template.format(storage=storage, scalars=scalars)
    path = folder / f"{name}.mlir"
    path.write_text(NETWORK.format(quantized=quantized, storage=storage, body=body))
    return path


def check_computed(folder, inputs, name, *parts):
    module = network(folder, name, *parts)
    images = folder / f"{name}.npy"
    np.save(images, inputs)
    binary = compile_model(module, module.with_suffix(".crania"), "--clusters=1")
    logits = classify(binary, images, folder, Convention(layout="auto")).main.logits
    lowered = folder / f"{name}.lowered.mlir"
    run_tool("crania-opt", module, "--crania-lower-quant-casts", "-o", lowered)
    function = reference_path.load(lowered, folder)
    expected = np.concatenate([function(image[None]).reshape(1, -1) for image in inputs])
    expect(len(np.unique(expected)) > 1, f"{name}: the network gives one number only")
    expect(np.array_equal(logits, expected), f"{name}: differs from nested loops")


def check(folder):
    inputs = np.random.default_rng(5).uniform(-3, 3, (IMAGES, 4)).astype(np.float32)
    for name, *parts in COMPUTED:
        check_computed(folder, inputs, name, *parts)
    for name, *parts, message in REFUSED:
        module = network(folder, name, *parts)
        output = module.with_suffix(".crania")
        errors = expect_error("crania-compile", module, "--clusters=1", "-o", output)
        expect(message in errors, f"{name}: expected '{message}' in:\n{errors}")
        expect(not output.exists(), f"{name}: left a file behind")
    print(f"{len(COMPUTED)} bodies computed, {len(REFUSED)} refused")


if __name__ == "__main__":
    main_of(check)
