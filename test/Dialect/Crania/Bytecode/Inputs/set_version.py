# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a bytecode file with another version of the crania dialect in it.

  set_version.py FILE MAJOR.MINOR

The file is of version 1.1, which no other dialect in it is.
"""

import sys

WRITTEN = 1 << 16 | 1  # the version in FILE, 1.1


def varint(value):
    """MLIR's variable-length integer, of the three bytes that 1.0 to 31.65535 take:
    the number of trailing zeros in the first byte counts the bytes that follow."""
    return (value << 3 | 0b100).to_bytes(3, "little")


def main():
    major, minor = map(int, sys.argv[2].split("."))
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    assert data.count(varint(WRITTEN)) == 1, "cannot tell where the version is"
    sys.stdout.buffer.write(data.replace(varint(WRITTEN), varint(major << 16 | minor), 1))


main()
