#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the digits network of this folder and writes the files beside it.

Pure numpy in float64 on one BLAS thread, from a fixed seed, so that a run gives
the same network again. Writes digits.onnx and the held-out images and labels.
"""

import argparse
import os
import pathlib

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy: the order of sums must not vary

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

SEED = 20200113
HELD_OUT = 500
EPOCHS = 40
BATCH = 32
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-3
PIXEL_SCALE = 1.0 / 16.0  # load_digits has gray values 0..16

# Channels of the two convolutions, width of the hidden fully connected layer.
CONV1, CONV2, HIDDEN, CLASSES = 16, 32, 128, 10


def split_data(rng):
    """(train images, train labels, held-out images, held-out labels), as u8."""
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images = digits.images.astype(np.uint8)[order]
    labels = digits.target.astype(np.uint8)[order]
    return images[HELD_OUT:], labels[HELD_OUT:], images[:HELD_OUT], labels[:HELD_OUT]


def to_input(images):
    """Converts (N,8,8) gray values to the (N,1,8,8) input of the network."""
    return images[:, None].astype(np.float64) * PIXEL_SCALE


def initial_parameters(rng):
    """Returns parameters by He initialization; biases start at 0."""

    def he(*shape):
        fan_in = int(np.prod(shape[1:]))
        return rng.standard_normal(shape) * np.sqrt(2.0 / fan_in)

    return {
        "conv1.weight": he(CONV1, 1, 3, 3),
        "conv1.bias": np.zeros(CONV1),
        "conv2.weight": he(CONV2, CONV1, 3, 3),
        "conv2.bias": np.zeros(CONV2),
        "fc1.weight": he(HIDDEN, CONV2 * 4 * 4),
        "fc1.bias": np.zeros(HIDDEN),
        "fc2.weight": he(CLASSES, HIDDEN),
        "fc2.bias": np.zeros(CLASSES),
    }


def patches_of(x):
    """Windows of a 3x3 convolution padded by 1: (N,C,H,W) to (N,H,W,C*9)."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(2, 3))
    n, c, h, w = x.shape
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, h, w, c * 9)


def convolve(x, weight, bias):
    patches = patches_of(x)
    out = patches @ weight.reshape(len(weight), -1).T + bias
    return out.transpose(0, 3, 1, 2), patches


def convolve_backward(grad, patches, weight):
    """Gradients of the input, the weight and the bias."""
    rows = grad.transpose(0, 2, 3, 1).reshape(-1, len(weight))
    d_weight = (rows.T @ patches.reshape(len(rows), -1)).reshape(weight.shape)
    flipped = weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    d_input, _ = convolve(grad, flipped, 0.0)
    return d_input, d_weight, rows.sum(axis=0)


def max_pool(x):
    """2x2 maximum with stride 2, and which of the four won (the first on ties)."""
    n, c, h, w = x.shape
    quads = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5)
    quads = quads.reshape(n, c, h // 2, w // 2, 4)
    winner = quads.argmax(axis=-1)
    return quads.max(axis=-1), winner


def max_pool_backward(grad, winner):
    n, c, h, w = grad.shape
    quads = np.zeros((n, c, h, w, 4))
    np.put_along_axis(quads, winner[..., None], grad[..., None], axis=-1)
    quads = quads.reshape(n, c, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5)
    return quads.reshape(n, c, h * 2, w * 2)


def forward(p, x):
    """Logits, and what the backward pass needs of the way there."""
    a1, patches1 = convolve(x, p["conv1.weight"], p["conv1.bias"])
    r1 = np.maximum(a1, 0)
    a2, patches2 = convolve(r1, p["conv2.weight"], p["conv2.bias"])
    pooled, winner = max_pool(np.maximum(a2, 0))
    flat = pooled.reshape(len(x), -1)
    a3 = flat @ p["fc1.weight"].T + p["fc1.bias"]
    r3 = np.maximum(a3, 0)
    logits = r3 @ p["fc2.weight"].T + p["fc2.bias"]
    return logits, (a1, patches1, a2, patches2, winner, flat, a3, r3)


def backward(p, saved, d_logits):
    a1, patches1, a2, patches2, winner, flat, a3, r3 = saved
    g = {"fc2.weight": d_logits.T @ r3, "fc2.bias": d_logits.sum(axis=0)}
    d3 = (d_logits @ p["fc2.weight"]) * (a3 > 0)
    g["fc1.weight"], g["fc1.bias"] = d3.T @ flat, d3.sum(axis=0)
    d_pooled = (d3 @ p["fc1.weight"]).reshape(len(flat), CONV2, 4, 4)
    d2 = max_pool_backward(d_pooled, winner) * (a2 > 0)
    d1, g["conv2.weight"], g["conv2.bias"] = convolve_backward(d2, patches2, p["conv2.weight"])
    _, g["conv1.weight"], g["conv1.bias"] = convolve_backward(
        d1 * (a1 > 0), patches1, p["conv1.weight"])
    return g


def cross_entropy_gradient(logits, labels):
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = shifted / shifted.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


class AdamW:
    """Adam (Kingma and Ba, 2015) with decoupled weight decay on the weights."""

    def __init__(self, parameters):
        self.step_count = 0
        self.mean = {k: np.zeros_like(v) for k, v in parameters.items()}
        self.square = {k: np.zeros_like(v) for k, v in parameters.items()}

    def step(self, parameters, gradients, rate):
        self.step_count += 1
        for name, gradient in gradients.items():
            self.mean[name] = 0.9 * self.mean[name] + 0.1 * gradient
            self.square[name] = 0.999 * self.square[name] + 0.001 * gradient**2
            mean = self.mean[name] / (1 - 0.9**self.step_count)
            square = self.square[name] / (1 - 0.999**self.step_count)
            if name.endswith("weight"):
                parameters[name] -= rate * WEIGHT_DECAY * parameters[name]
            parameters[name] -= rate * mean / (np.sqrt(square) + 1e-8)


def train(parameters, x, labels, rng):
    """Cosine learning rate from LEARNING_RATE to 0 over all epochs."""
    optimiser = AdamW(parameters)
    for epoch in range(EPOCHS):
        rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(x))
        for begin in range(0, len(x), BATCH):
            batch = order[begin:begin + BATCH]
            logits, saved = forward(parameters, x[batch])
            d_logits = cross_entropy_gradient(logits, labels[batch])
            optimiser.step(parameters, backward(parameters, saved, d_logits), rate)


def accuracy(parameters, x, labels):
    return float((forward(parameters, x)[0].argmax(axis=1) == labels).mean())


def to_onnx(parameters):
    """The network as ONNX opset 13, batch 1, float32."""
    nodes = [
        helper.make_node("Conv", ["input", "conv1.weight", "conv1.bias"], ["conv1"],
                         name="conv1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv1"], ["relu1"], name="relu1"),
        helper.make_node("Conv", ["relu1", "conv2.weight", "conv2.bias"], ["conv2"],
                         name="conv2", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv2"], ["relu2"], name="relu2"),
        helper.make_node("MaxPool", ["relu2"], ["pool"], name="pool",
                         kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pool"], ["flat"], name="flatten"),
        helper.make_node("Gemm", ["flat", "fc1.weight", "fc1.bias"], ["fc1"],
                         name="fc1", transB=1),
        helper.make_node("Relu", ["fc1"], ["relu3"], name="relu3"),
        helper.make_node("Gemm", ["relu3", "fc2.weight", "fc2.bias"], ["logits"],
                         name="fc2", transB=1),
    ]
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in parameters.items()])
    model = helper.make_model(graph, producer_name="crania examples/digits/train.py",
                              opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7  # of opset 13's time, so that every reader accepts it
    onnx.checker.check_model(model)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent,
                        help="folder for the files (default: this one)")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)

    rng = np.random.default_rng(SEED)
    train_images, train_labels, test_images, test_labels = split_data(rng)
    parameters = initial_parameters(rng)
    train(parameters, to_input(train_images), train_labels, rng)
    parameters = {k: v.astype(np.float32) for k, v in parameters.items()}

    onnx.save(to_onnx(parameters), str(folder / "digits.onnx"))
    np.save(folder / "test_x_u8.npy", test_images)
    np.save(folder / "test_y_u8.npy", test_labels)

    weights = sum(v.size for k, v in parameters.items() if k.endswith("weight"))
    print(f"weights  {weights}")
    print(f"training {100 * accuracy(parameters, to_input(train_images), train_labels):.2f} % "
          f"of {len(train_labels)} images")
    print(f"held out {100 * accuracy(parameters, to_input(test_images), test_labels):.2f} % "
          f"of {len(test_labels)} images")


if __name__ == "__main__":
    main()
