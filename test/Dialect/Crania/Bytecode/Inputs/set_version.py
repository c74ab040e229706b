# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a bytecode file with a changed version of the crania dialect.

  set_version.py FILE MAJOR.MINOR

The crania dialect in FILE must have version 1.1, and no other dialect may.
"""

import sys

WRITTEN = 1 << 16 | 1  # the version in FILE, 1.1


def varint(value):
    """Returns MLIR's variable-length integer of three bytes, which encodes versions
    1.0 to 31.65535. The number of trailing zeros in the first byte is the number of
    bytes that follow."""
    return (value << 3 | 0b100).to_bytes(3, "little")


def main():
    major, minor = map(int, sys.argv[2].split("."))
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    assert data.count(varint(WRITTEN)) == 1, "cannot tell where the version is"
    sys.stdout.buffer.write(data.replace(varint(WRITTEN), varint(major << 16 | minor), 1))


main()
