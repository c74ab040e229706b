# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The real networks of the shared data: images, input conventions, accuracies."""

import dataclasses

import numpy as np

from preprocessing import Convention
from tools import SHARED_DATA


@dataclasses.dataclass(frozen=True)
class RealNetwork:
    name: str
    image_set: str
    label_set: str
    convention: Convention
    accuracy: float  # top-1 on all images, float32, as measured when it was trained
    # Images for calibration. If there are none, the even ones of `images` are
    # used, and accuracy is reported on the odd ones.
    calibration_set: str = ""

    @property
    def model(self):
        return SHARED_DATA / "models" / f"{self.name}.onnx"

    @property
    def images(self):
        return SHARED_DATA / f"{self.image_set}.npy"

    @property
    def labels(self):
        return SHARED_DATA / f"{self.label_set}.npy"

    def split(self, folder):
        """Returns the paths of calibration images, and of images and labels to report on."""
        if self.calibration_set:
            return SHARED_DATA / f"{self.calibration_set}.npy", self.images, self.labels
        paths = [folder / f"{self.name}.{part}.npy" for part in ("calibration", "x", "y")]
        pixels, labels = np.load(self.images), np.load(self.labels)
        for path, part in zip(paths, (pixels[0::2], pixels[1::2], labels[1::2])):
            np.save(path, part)
        return paths

    def reference_logits(self):
        """Returns the logits of the first images, from the network's original framework."""
        return np.load(SHARED_DATA / "models" / "ref_logits" / f"{self.name}.npy")


MNIST = ("mnist/test_x_u8", "mnist/test_y_u8", Convention(scale=1 / 255))
CIFAR = ("cifar10/test_x_u8_nhwc", "cifar10/test_y_u8")
IMAGENET = ("imagenet_sample/x200_u8_nhwc_224", "imagenet_sample/y200_i32")
NORMALISED = Convention(1 / 255, (.485, .456, .406), (.229, .224, .225), "nhwc")
RAW = Convention(layout="nhwc")
BGR = Convention(mean=(104, 117, 123), layout="nhwc", channels="bgr")

NETWORKS = {network.name: network for network in (
    RealNetwork("lenet5_mnist", *MNIST, 0.9913, "mnist/calib5000_x_u8"),
    RealNetwork("lenet_caffe_mnist", *MNIST, 0.9906, "mnist/calib5000_x_u8"),
    RealNetwork("vgg8_cifar10", *CIFAR, NORMALISED, 0.8443, "cifar10/calib2000_x_u8_nhwc"),
    RealNetwork("resnet8_mlperftiny_cifar10", *CIFAR, RAW, 0.7548,
                "cifar10/calib2000_x_u8_nhwc"),
    RealNetwork("squeezenet1_1_imagenet", *IMAGENET, BGR, 0.650),
)}
