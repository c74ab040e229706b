# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command and prints its exit code and the number of bytes on standard output."""
import subprocess
import sys

done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                      stderr=subprocess.DEVNULL, timeout=60)
print(f"exit code {done.returncode}, {len(done.stdout)} bytes of output")
