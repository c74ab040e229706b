# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# REQUIRES: shared-data, slow
# RUN: %python %s %t.dir
"""Compares LeNet-5 on the 10,000 MNIST test images with figures of another implementation.

Another implementation of the same rules measured accuracy and exit rounds of importance
clusters .1/.2/.3/.4 with a softmax threshold of 0.9.
"""

import numpy as np

from real_networks import NETWORKS
from tools import classify, compile_model, expect, main_of

LENET5 = NETWORKS["lenet5_mnist"]
ACCURACY = 0.9912
HISTOGRAM = (0.000, 0.882, 0.085, 0.033)
TOLERANCE = 0.002


def check(folder):
    binary = compile_model(LENET5.model, folder / "lenet5.crania", "--clusters=.1,.2,.3,.4",
                           "--exit=softmax:0.9", "--precision=f32", "--baselines")
    result = classify(binary, LENET5.images, folder, LENET5.convention,
                      f"--labels={LENET5.labels}", "--threads=1")

    report = result.report
    expect(report["images"] == 10000, f"{report['images']} images")
    expect(report["full_accuracy"] == LENET5.accuracy,
           f"full accuracy {report['full_accuracy']}")
    expect(abs(report["accuracy"] - ACCURACY) <= TOLERANCE, f"accuracy {report['accuracy']}")
    expect(np.allclose(report["exit_histogram"], HISTOGRAM, atol=TOLERANCE),
           f"exit histogram {report['exit_histogram']}")
    print(f"accuracy {report['accuracy']}, exit rounds {report['exit_histogram']}")


if __name__ == "__main__":
    main_of(check)
