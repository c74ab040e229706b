# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that every example in a generated page occurs in a test, word for word.

  find_examples.py PAGE TESTS...

An example is a block of MLIR, or the text in backquotes in a paragraph that begins
with "Example:". An ellipsis on a line of its own matches anything.
"""

import re
import sys


def examples(page):
    blocks = re.findall(r"```mlir\n(.*?)```", page, re.DOTALL)
    for paragraph in re.findall(r"^Example:\s(.*?)\n\n", page, re.DOTALL | re.MULTILINE):
        if "```" not in paragraph:
            blocks += re.findall(r"`([^`]+)`", paragraph)
    return blocks


def words(text):
    return " ".join(text.split())


def main():
    with open(sys.argv[1]) as file:
        found = examples(file.read())
    tests = ""
    for path in sys.argv[2:]:
        with open(path) as file:
            lines = [line for line in file if not line.lstrip().startswith("//")]
            tests += words("".join(lines)) + "\n"
    parts = [words(part) for example in found
             for part in re.split(r"^\s*\.\.\.$", example, flags=re.MULTILINE)]
    missing = [part for part in parts if part not in tests]
    for part in missing:
        print(f"no test has this example: {part}")
    print(f"{len(found)} examples, {len(missing)} parts without a test")
    sys.exit(bool(missing) or not found)


main()
