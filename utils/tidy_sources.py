#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the sources on which clang-tidy checks changed files, in their order.

Reads changed files from the standard input, one path per line, relative to ROOT. A
source stands for itself. A header is checked with a source that includes it: one of the
same name if there is one, or else the first. What is no longer there is left out, and so
is a header that no source of ROOT/lib or ROOT/tools includes.

  tidy_sources.py ROOT DEPENDENCIES

DEPENDENCIES is the output of `ninja -t deps` in a build folder within ROOT.
"""

import pathlib
import sys

FOLDERS = ("lib", "tools")


def read_dependencies(path, root):
    """Returns the list of files that each compiled source reads, all relative to root."""
    reads, source = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("    "):
            source = None
            continue
        file = line.strip().removeprefix("../")
        file = file.removeprefix(f"{root}/")
        if source is None:
            # Ninja lists the source of an object first.
            source = file
            reads.setdefault(source, set())
        reads[source].add(file)
    return {source: files for source, files in reads.items()
            if source.split("/")[0] in FOLDERS}


def source_for(file, reads):
    if file.endswith(".cpp"):
        return file
    includers = sorted(source for source, files in reads.items() if file in files)
    stem = pathlib.PurePath(file).stem
    of_same_name = [source for source in includers if pathlib.PurePath(source).stem == stem]
    return (of_same_name + includers + [None])[0]


def main():
    root, dependencies = (pathlib.Path(argument) for argument in sys.argv[1:])
    reads = read_dependencies(dependencies, root)
    sources = {}
    for line in sys.stdin:
        file = line.strip()
        if (root / file).is_file() and (source := source_for(file, reads)):
            sources.setdefault(source)
    print(*sources, sep="\n", end="\n" if sources else "")


main()
