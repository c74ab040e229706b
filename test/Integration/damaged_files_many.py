# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Runs damaged_files.py on many truncations, bit flips and random contents for each
# kind of file: 1,000, or as many as --param damaged_files=COUNT says.
#
# REQUIRES: damaged-files
# RUN: %python %S/damaged_files.py %t.binary binary %damaged_files 2
# RUN: %python %S/damaged_files.py %t.refined refined %damaged_files 2
# RUN: %python %S/damaged_files.py %t.onnx onnx %damaged_files 2
# RUN: %python %S/damaged_files.py %t.npy npy %damaged_files 2
# RUN: %python %S/damaged_files.py %t.mlir mlir %damaged_files 2
# RUN: %python %S/damaged_files.py %t.plan plan %damaged_files 2
# RUN: %python %S/damaged_files.py %t.machine machine %damaged_files 2
# RUN: %python %S/damaged_files.py %t.pipeline pipeline %damaged_files 2
