# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes valid and invalid images and labels for errors.test into a folder."""

import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
np.save(folder / "images.npy", np.zeros((4, 8, 8), np.uint8))
np.save(folder / "wrong_shape.npy", np.zeros((4, 9, 8), np.uint8))
np.save(folder / "wrong_type.npy", np.zeros((4, 8, 8), np.int32))
np.save(folder / "few_labels.npy", np.array([1, 2, 3], np.int64))
np.save(folder / "large_label.npy", np.array([1, 2, 3, 10], np.int64))

# The same images in all forms in which NumPy may store them.
images = (np.arange(4 * 8 * 8).reshape(4, 8, 8) % 17).astype(np.float32)
np.save(folder / "plain.npy", images)
np.save(folder / "bytes.npy", images.astype(np.uint8))
np.save(folder / "half.npy", images.astype("<f2"))
np.save(folder / "big_half.npy", images.astype(">f2"))
np.save(folder / "big.npy", images.astype(">f4"))
np.save(folder / "fortran.npy", np.asfortranarray(images))
np.save(folder / "batch.npy", images.reshape(4, 1, 1, 8, 8))
np.save(folder / "ones.npy", (images > 8).astype(np.float32))
np.save(folder / "bool.npy", images > 8)
np.save(folder / "complex.npy", images.astype(np.complex64))
np.save(folder / "fields.npy", np.zeros(4, [("a", "<f4"), ("b", "<i4")]))
np.save(folder / "none.npy", images[:0])
np.save(folder / "one.npy", images[0])
for name, value in ("nan", np.nan), ("inf", np.inf):
    bad = images.copy()
    bad[3, 2, 1] = value
    np.save(folder / f"{name}.npy", bad)
(folder / "short.npy").write_bytes((folder / "plain.npy").read_bytes()[:-5])
np.save(folder / "float_labels.npy", np.zeros(4))
np.save(folder / "negative_label.npy", np.array([1, -1, 3, 1], np.int8))
np.save(folder / "big_labels.npy", np.array([1, 2, 3, 1], ">i4"))
