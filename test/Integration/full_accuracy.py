# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: shared-data, slow
# RUN: %python %s %t.dir lenet5
# RUN: %python %s %t.dir lenet_caffe
# RUN: %python %s %t.dir vgg8
# RUN: %python %s %t.dir resnet8
# RUN: %python %s %t.dir squeezenet
"""Unclustered, each real network classifies exactly as many images correctly as in
the framework it was measured with, and its first logits are that framework's."""

import dataclasses
import sys

import numpy as np

from preprocessing import Convention
from tools import SHARED_DATA, classify, compile_model, expect, main_of

MNIST = Convention(scale=1 / 255)
CIFAR_NORMALISED = Convention(1 / 255, (.485, .456, .406), (.229, .224, .225), "nhwc")
CIFAR_RAW = Convention(layout="nhwc")
IMAGENET_BGR = Convention(mean=(104, 117, 123), layout="nhwc", channels="bgr")
RELATIVE_TOLERANCE = 1e-3


@dataclasses.dataclass(frozen=True)
class Case:
    model: str
    images: str
    labels: str
    convention: Convention
    accuracy: float


CASES = {
    "lenet5": Case("lenet5_mnist", "mnist/test_x_u8", "mnist/test_y_u8", MNIST, 0.9913),
    "lenet_caffe": Case("lenet_caffe_mnist", "mnist/test_x_u8", "mnist/test_y_u8", MNIST, 0.9906),
    "vgg8": Case("vgg8_cifar10", "cifar10/test_x_u8_nhwc", "cifar10/test_y_u8",
                 CIFAR_NORMALISED, 0.8443),
    "resnet8": Case("resnet8_mlperftiny_cifar10", "cifar10/test_x_u8_nhwc",
                    "cifar10/test_y_u8", CIFAR_RAW, 0.7548),
    "squeezenet": Case("squeezenet1_1_imagenet", "imagenet_sample/x200_u8_nhwc_224",
                       "imagenet_sample/y200_i32", IMAGENET_BGR, 0.650),
}


def check(folder):
    case = CASES[sys.argv[2]]
    binary = compile_model(SHARED_DATA / "models" / f"{case.model}.onnx",
                           folder / "model.crania", "--clusters=1")
    result = classify(binary, SHARED_DATA / f"{case.images}.npy", folder, case.convention,
                      f"--labels={SHARED_DATA / case.labels}.npy")
    expect(abs(result.report["accuracy"] - case.accuracy) < 1e-9,
           f"{case.model}: accuracy {result.report['accuracy']}, not {case.accuracy}")

    expected = np.load(SHARED_DATA / "models" / "ref_logits" / f"{case.model}.npy")
    error = np.abs(result.main.logits[:len(expected)] - expected).max() / np.abs(expected).max()
    expect(error < RELATIVE_TOLERANCE, f"{case.model}: relative error {error:.2g} of the logits")
    print(f"{case.model}: accuracy {result.report['accuracy']}, logits within {error:.2g}")


if __name__ == "__main__":
    main_of(check)
