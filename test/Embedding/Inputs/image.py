# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""image.py IMAGES.npy FILE: writes the first image, of uint8, as f32 in [0, 1]."""
import sys

import numpy as np

(np.load(sys.argv[1])[0].astype(np.float32) / 255).tofile(sys.argv[2])
