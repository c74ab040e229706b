# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Runs damaged_files.py on 1,000 truncations, bit flips and random contents for
# each kind of file.
#
# REQUIRES: damaged-files
# RUN: %python %S/damaged_files.py %t.binary binary 1000 2
# RUN: %python %S/damaged_files.py %t.refined refined 1000 2
# RUN: %python %S/damaged_files.py %t.onnx onnx 1000 2
# RUN: %python %S/damaged_files.py %t.npy npy 1000 2
# RUN: %python %S/damaged_files.py %t.mlir mlir 1000 2
# RUN: %python %S/damaged_files.py %t.plan plan 1000 2
# RUN: %python %S/damaged_files.py %t.machine machine 1000 2
# RUN: %python %S/damaged_files.py %t.pipeline pipeline 1000 2
