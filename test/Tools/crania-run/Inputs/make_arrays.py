# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Images and labels for errors.test, good ones and bad ones, into a folder."""

import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
np.save(folder / "images.npy", np.zeros((4, 8, 8), np.uint8))
np.save(folder / "wrong_shape.npy", np.zeros((4, 9, 8), np.uint8))
np.save(folder / "wrong_type.npy", np.zeros((4, 8, 8), np.int32))
np.save(folder / "few_labels.npy", np.array([1, 2, 3], np.int64))
np.save(folder / "large_label.npy", np.array([1, 2, 3, 10], np.int64))
