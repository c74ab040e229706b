# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""copy_docs.py SOURCE TREE: a tree like SOURCE whose docs/ is a copy, to be changed."""
import pathlib
import shutil
import sys

source, tree = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
tree.mkdir()
for path in source.iterdir():
    if path.name == "docs":
        shutil.copytree(path, tree / path.name)
    else:
        (tree / path.name).symlink_to(path)
