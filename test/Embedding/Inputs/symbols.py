# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""symbols.py LIBRARY EXPORT-LIST HEADER...: checks that the library exports exactly the
functions that the headers declare, and that its export list names the same ones."""
import pathlib
import re
import subprocess
import sys


def declared(header):
    text = re.sub(r"/\*.*?\*/", "", pathlib.Path(header).read_text(), flags=re.S)
    return set(re.findall(r"\b(crania[A-Z]\w*)\s*\(", text))


def visible(library):
    lines = subprocess.run(["llvm-nm", "-D", "--defined-only", library], check=True,
                           capture_output=True, text=True).stdout
    return {line.split()[-1].partition("@")[0] for line in lines.splitlines()}


def listed(export_list):
    text = pathlib.Path(export_list).read_text().partition("local:")[0]
    return set(re.findall(r"^\s*(\w+);", text, re.M))


library, export_list, *headers = sys.argv[1:]
functions = set().union(*map(declared, headers))
found, names = visible(library), listed(export_list)
problems = ([f"{name}: declared, but not visible in the library" for name in functions - found]
            + [f"{name}: visible in the library, but declared in no header"
               for name in found - functions]
            + [f"{name}: declared, but not in the export list" for name in functions - names]
            + [f"{name}: in the export list, but not declared" for name in names - functions])
print("\n".join(sorted(problems)) or f"{len(functions)} functions")
sys.exit(1 if problems else 0)
