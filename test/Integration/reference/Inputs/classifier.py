# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A small classifier of three rounds, as MLIR and as NumPy.

  classifier.py module RULE          prints the module; its main prints, for each
                                     input, the bits of the logits and the exit round
  classifier.py check RULE OUTPUT    compares the printed output with NumPy
"""

import sys

import numpy as np

ROUNDS = 3
INPUTS, FEATURES, HIDDEN, CLASSES = 12, 8, 6, 4
# With these thresholds, every exit round occurs; check() requires it.
THRESHOLDS = {"softmax": [0.48, 0.8], "margin": [0.2, 0.7], "entropy": [1.11, 0.5]}


class Data:
    """Seeded weights, clusters, gains and inputs, all f32."""

    def __init__(self):
        random = np.random.default_rng(20)
        self.hidden = random.normal(size=(FEATURES, HIDDEN)).astype(np.float32)
        self.hidden_clusters = random.integers(0, ROUNDS, (FEATURES, HIDDEN))
        self.output = random.normal(size=(HIDDEN, CLASSES)).astype(np.float32)
        # Two clusters for three rounds: complete from round 2 on.
        self.output_clusters = random.integers(0, 2, (HIDDEN, CLASSES))
        self.gains = random.uniform(0.5, 1.5, (ROUNDS, CLASSES)).astype(np.float32)
        self.scales = np.float32([1.0, 0.5, 0.75])
        self.inputs = random.normal(size=(INPUTS, FEATURES)).astype(np.float32)


def upto(weights, clusters, number):
    """Returns D_r: the weights of the first r clusters, and 0 elsewhere."""
    return np.where(clusters < number, weights, np.float32(0))


def logits_of(data, image, number):
    hidden = np.maximum(image @ upto(data.hidden, data.hidden_clusters, number), 0)
    logits = hidden @ upto(data.output, data.output_clusters, number)
    return logits * data.gains[number - 1] * data.scales[number - 1]


def confident(rule, logits, threshold):
    shifted = np.exp(logits.astype(np.float64) - logits.max())
    p = np.sort(shifted / shifted.sum())
    if rule == "softmax":
        return p[-1] >= threshold
    if rule == "margin":
        return p[-1] - p[-2] >= threshold
    return -(p * np.log(p)).sum() <= threshold


def infer(data, rule, image):
    """Returns the logits and the exit round of one input."""
    for number in range(1, ROUNDS):
        logits = logits_of(data, image, number)
        if confident(rule, logits, THRESHOLDS[rule][number - 1]):
            return logits, number
    return logits_of(data, image, ROUNDS), ROUNDS


def dense(array, element):
    shape = "x".join(str(n) for n in array.shape)
    if element == "f32":
        hexadecimal = array.astype(">f4").tobytes().hex().upper()
        words = [f"0x{hexadecimal[i:i + 8]}" for i in range(0, len(hexadecimal), 8)]
        words = np.array(words, object).reshape(array.shape)
    else:
        words = array.astype(object)
    text = str(words.tolist()).replace("'", "")
    return f"dense<{text}> : tensor<{shape}x{element}>"


def weights(name, values, clusters, count):
    shape = "x".join(str(n) for n in values.shape)
    return f"""
crania.weights @{name} : !crania.clustered<tensor<{shape}xf32>, clusters = {count}>
    scheme #crania.importance
    values {dense(values, "f32")}
    assignment {dense(clusters, "i8")}
"""


def module(rule):
    data = Data()
    gains = ", ".join(dense(row[None, :], "f32") for row in data.gains)
    scales = ", ".join(f"{scale} : f32" for scale in data.scales)
    classify = f"""
func.func @classify(%x: tensor<1x{FEATURES}xf32>) -> (tensor<1x{CLASSES}xf32>, index)
    attributes {{crania.classifier}} {{
  %zero = arith.constant 0.0 : f32
  %a = crania.get @hidden : !crania.clustered<tensor<{FEATURES}x{HIDDEN}xf32>, clusters = 3>
  %b = crania.get @output : !crania.clustered<tensor<{HIDDEN}x{CLASSES}xf32>, clusters = 2>
  %logits, %exit_round = crania.iterate upto {ROUNDS}
      exit #crania.exit<{rule}, {THRESHOLDS[rule]}> -> tensor<1x{CLASSES}xf32> round(%round) {{
    %gain = crania.per_round %round [{gains}]
    %scale = crania.per_round %round [{scales}]
    %wa = crania.materialize %a upto %round : !crania.clustered<tensor<{FEATURES}x{HIDDEN}xf32>, clusters = 3>
    %wb = crania.materialize %b upto %round : !crania.clustered<tensor<{HIDDEN}x{CLASSES}xf32>, clusters = 2>
    %h0 = tensor.empty() : tensor<1x{HIDDEN}xf32>
    %h1 = linalg.fill ins(%zero : f32) outs(%h0 : tensor<1x{HIDDEN}xf32>) -> tensor<1x{HIDDEN}xf32>
    %h2 = linalg.matmul ins(%x, %wa : tensor<1x{FEATURES}xf32>, tensor<{FEATURES}x{HIDDEN}xf32>)
        outs(%h1 : tensor<1x{HIDDEN}xf32>) -> tensor<1x{HIDDEN}xf32>
    %h3 = linalg.max ins(%h2, %h1 : tensor<1x{HIDDEN}xf32>, tensor<1x{HIDDEN}xf32>)
        outs(%h0 : tensor<1x{HIDDEN}xf32>) -> tensor<1x{HIDDEN}xf32>
    %l0 = tensor.empty() : tensor<1x{CLASSES}xf32>
    %l1 = linalg.fill ins(%zero : f32) outs(%l0 : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    %l2 = linalg.matmul ins(%h3, %wb : tensor<1x{HIDDEN}xf32>, tensor<{HIDDEN}x{CLASSES}xf32>)
        outs(%l1 : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    %l3 = linalg.mul ins(%l2, %gain : tensor<1x{CLASSES}xf32>, tensor<1x{CLASSES}xf32>)
        outs(%l0 : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    %s = tensor.splat %scale : tensor<1x{CLASSES}xf32>
    %l4 = linalg.mul ins(%l3, %s : tensor<1x{CLASSES}xf32>, tensor<1x{CLASSES}xf32>)
        outs(%l0 : tensor<1x{CLASSES}xf32>) -> tensor<1x{CLASSES}xf32>
    crania.yield %l4 : tensor<1x{CLASSES}xf32>
  }}
  return %logits, %exit_round : tensor<1x{CLASSES}xf32>, index
}}
"""
    return (weights("hidden", data.hidden, data.hidden_clusters, ROUNDS)
            + weights("output", data.output, data.output_clusters, 2)
            + classify + main_function(data))


def main_function(data):
    return f"""
func.func private @printI64(i64)
func.func private @printNewline()
func.func private @print(%value: i64) {{
  call @printI64(%value) : (i64) -> ()
  call @printNewline() : () -> ()
  return
}}
func.func @main() {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %inputs = arith.constant {INPUTS} : index
  %classes = arith.constant {CLASSES} : index
  %images = arith.constant {dense(data.inputs, "f32")}
  scf.for %i = %c0 to %inputs step %c1 {{
    %x = tensor.extract_slice %images[%i, 0] [1, {FEATURES}] [1, 1]
        : tensor<{INPUTS}x{FEATURES}xf32> to tensor<1x{FEATURES}xf32>
    %logits, %exit_round = func.call @classify(%x)
        : (tensor<1x{FEATURES}xf32>) -> (tensor<1x{CLASSES}xf32>, index)
    scf.for %j = %c0 to %classes step %c1 {{
      %logit = tensor.extract %logits[%c0, %j] : tensor<1x{CLASSES}xf32>
      %bits = arith.bitcast %logit : f32 to i32
      %wide = arith.extui %bits : i32 to i64
      func.call @print(%wide) : (i64) -> ()
    }}
    %round = arith.index_cast %exit_round : index to i64
    func.call @print(%round) : (i64) -> ()
  }}
  return
}}
"""


def check(rule, path):
    data = Data()
    with open(path) as file:
        numbers = np.array([int(line) for line in file], np.int64)
    numbers = numbers.reshape(INPUTS, CLASSES + 1)
    logits = numbers[:, :CLASSES].astype(np.uint32).view(np.float32)
    expected = [infer(data, rule, image) for image in data.inputs]
    exit_rounds = [number for _, number in expected]
    assert set(exit_rounds) == {1, 2, 3}, f"some exit round does not occur: {exit_rounds}"
    assert numbers[:, CLASSES].tolist() == exit_rounds, (
        f"exit rounds {numbers[:, CLASSES].tolist()}, expected {exit_rounds}")
    np.testing.assert_allclose(logits, [row for row, _ in expected], rtol=1e-5, atol=1e-6)
    print(f"{INPUTS} inputs as expected, exit rounds {exit_rounds}")


if __name__ == "__main__":
    if sys.argv[1] == "module":
        print(module(sys.argv[2]))
    else:
        check(sys.argv[2], sys.argv[3])
