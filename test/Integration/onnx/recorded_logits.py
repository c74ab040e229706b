# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: shared-data
# RUN: %python %s %t.dir
"""Imported networks, lowered by stock MLIR, compute the recorded logits of real
images."""

import numpy as np

import reference_path
from preprocessing import Convention
from tools import SHARED_DATA, expect, main_of, run_tool

TOLERANCE = 1e-5  # of the largest logit; measured: below 5e-7

MNIST = Convention(scale=1 / 255)
CIFAR_NORMALISED = Convention(1 / 255, (.485, .456, .406), (.229, .224, .225), "nhwc")
CIFAR_RAW = Convention(layout="nhwc")
IMAGENET_BGR = Convention(mean=(104, 117, 123), layout="nhwc", channels="bgr")

# Images, how a network wants them, and how many of them to run.
NETWORKS = {
    "lenet5_mnist": ("mnist/test_x_u8", MNIST, 16),
    "lenet_caffe_mnist": ("mnist/test_x_u8", MNIST, 16),
    "resnet8_mlperftiny_cifar10": ("cifar10/test_x_u8_nhwc", CIFAR_RAW, 16),
    "vgg8_cifar10": ("cifar10/test_x_u8_nhwc", CIFAR_NORMALISED, 16),
    "squeezenet1_1_imagenet": ("imagenet_sample/x200_u8_nhwc_224", IMAGENET_BGR, 2),
}


def check_network(name, folder):
    images, convention, count = NETWORKS[name]
    module = folder / f"{name}.mlir"
    run_tool("crania-translate", "--import-onnx", SHARED_DATA / "models" / f"{name}.onnx", "-o", module)
    network = reference_path.load(module, folder)
    inputs = convention.apply(np.load(SHARED_DATA / f"{images}.npy", mmap_mode="r")[:count])
    logits = np.concatenate([network(image[None]) for image in inputs])
    expected = np.load(SHARED_DATA / "models" / "ref_logits" / f"{name}.npy")[:count]
    error = np.abs(logits - expected).max() / np.abs(expected).max()
    expect(error < TOLERANCE, f"{name}: relative error {error:.2g} of the logits")
    print(f"{name}: logits within {error:.2g}")


def check(folder):
    for name in NETWORKS:
        check_network(name, folder)


if __name__ == "__main__":
    main_of(check)
