# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: shared-data, slow
# RUN: %python %s %t.dir lenet5_mnist
# RUN: %python %s %t.dir lenet_caffe_mnist
# RUN: %python %s %t.dir vgg8_cifar10
# RUN: %python %s %t.dir resnet8_mlperftiny_cifar10
# RUN: %python %s %t.dir squeezenet1_1_imagenet
"""Calibrated on other images, each real network keeps its accuracy in integers."""

import sys

import integer_accuracy
from real_networks import NETWORKS
from tools import expect, main_of


def check(folder):
    network = NETWORKS[sys.argv[2]]
    for precision in ("i8", "i16"):
        accuracy = integer_accuracy.measure(network, precision, folder)
        print(f"{network.name}, {precision}: {accuracy}")
        for name, value, limit, at_most in integer_accuracy.verdicts(network, precision, accuracy):
            expect(value <= limit if at_most else value >= limit, f"{name} {value}, not {limit}")


if __name__ == "__main__":
    main_of(check)
