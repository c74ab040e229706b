# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The input conventions of crania-run, as a second implementation in numpy."""

import dataclasses
from typing import Optional, Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Convention:
    """Computes x' = (x * scale - mean) / std, in the channel order after `channels`."""

    scale: Optional[float] = None
    mean: Sequence[float] = ()
    std: Sequence[float] = ()
    layout: str = "nchw"
    channels: str = "rgb"

    def options(self):
        """Returns the options of crania-run."""
        result = [f"--input-layout={self.layout}"]
        if self.channels != "rgb":
            result.append(f"--input-channels={self.channels}")
        if self.scale is not None:
            result.append(f"--input-scale={self.scale!r}")
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values):
                result.append(f"--input-{name}=" + ",".join(repr(float(v)) for v in values))
        return result

    def apply(self, images):
        """Converts stored images to the float32 input (N, C, H, W) of the network."""
        x = np.asarray(images, dtype=np.float64)
        if x.ndim == 3:
            x = x[:, None]
        elif self.layout == "nhwc":
            x = x.transpose(0, 3, 1, 2)
        if self.channels == "bgr":
            x = x[:, ::-1]
        if self.scale is not None:
            x = x * self.scale
        if len(self.mean):
            x = x - np.reshape(self.mean, (1, -1, 1, 1))
        if len(self.std):
            x = x / np.reshape(self.std, (1, -1, 1, 1))
        return np.ascontiguousarray(x, dtype=np.float32)


DIGITS = Convention(scale=1 / 16)
