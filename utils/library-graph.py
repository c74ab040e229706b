#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints which libraries each library links, and checks the graph.

usage: utils/library-graph.py [--graph=FILE] [--sources=FOLDER]

FILE lists the libraries and what they link; CMake writes it when it configures
(default: build/library-graph.txt). FOLDER has their sources (default: this tree).
The script prints a line 'library: direct dependencies' for each library. It exits
with 1 if a check fails:
  cycles    no library links itself, directly or through others
  light     the dialects and the translations reach neither the engines of the
            simulator, nor the model of the DRAM, nor oneDNN
  includes  a library includes only headers of libraries that it links, directly
            or through others
It exits with 2 if FILE cannot be read.
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ONEDNN = "CraniaDependencies::dnnl"
# Folders whose libraries stay light, and the folders of which they link nothing.
LIGHT = ("lib/Dialect", "lib/Translation")
HEAVY = ("lib/Simulator/Execution", "lib/Simulator/Timing", "lib/Simulator/Accounting",
         "lib/DramModel")
INCLUDE = re.compile(r'^\s*#\s*include\s*"crania/([^"]+)/[^/"]+"', re.MULTILINE)


class Graph:
    """The libraries by name: their folder, and all that they link."""

    def __init__(self, text):
        self.folders, self.links = {}, {}
        for line in text.splitlines():
            head, _, links = line.partition(": ")
            folder, name = head.rstrip(":").split()
            self.folders[name] = folder
            self.links[name] = list(dict.fromkeys(links.split()))

    def in_folder(self, folder):
        return [name for name, of_name in self.folders.items()
                if of_name == folder or of_name.startswith(folder + "/")]

    def path(self, start, goals):
        """Returns the shortest path of at least one link to one of the goals, or None."""
        reached, todo = {}, [start]
        for name in todo:
            for link in self.links.get(name, ()):
                if link in reached:
                    continue
                reached[link] = name
                todo.append(link)
                if link in goals:
                    return self.trace(start, link, reached)
        return None

    @staticmethod
    def trace(start, goal, reached):
        names = [goal]
        while len(names) == 1 or names[-1] != start:
            names.append(reached[names[-1]])
        return " -> ".join(reversed(names))


def check_cycles(graph):
    for name in graph.links:
        cycle = graph.path(name, {name})
        if cycle:
            yield f"{name} links itself: {cycle}"


def check_light(graph):
    heavy = {ONEDNN}
    for folder in HEAVY:
        libraries = graph.in_folder(folder)
        if not libraries:
            yield f"{folder} has no library; HEAVY names a folder that moved"
        heavy.update(libraries)
    for folder in LIGHT:
        libraries = graph.in_folder(folder)
        if not libraries:
            yield f"{folder} has no library; LIGHT names a folder that moved"
        for name in libraries:
            path = graph.path(name, heavy)
            if path:
                yield f"{name} must not link {path.split()[-1]}: {path}"


def sources_of(folder, root):
    """Returns the C++ files of a library: below its folder, and its headers."""
    for base in (root / folder, root / "include" / "crania" / folder.removeprefix("lib/")):
        yield from (path for path in sorted(base.rglob("*")) if path.suffix in (".h", ".cpp"))


def check_includes(graph, root):
    owners = {}
    for name, folder in graph.folders.items():
        owners.setdefault(folder, set()).add(name)
    for folder, names in sorted(owners.items()):
        nested = [other for other in owners if other.startswith(folder + "/")]
        for path in sources_of(folder, root):
            where = path.relative_to(root)
            as_source = re.sub("^include/crania/", "lib/", where.as_posix())
            if any(as_source.startswith(other + "/") for other in nested):
                continue
            for included in INCLUDE.findall(path.read_text()):
                others = owners.get("lib/" + included)
                if not others or others & names:
                    continue
                if not any(graph.path(name, others) for name in names):
                    yield (f"{where} includes crania/{included}, which "
                           f"{' and '.join(sorted(names))} does not link")


def main():
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graph", type=pathlib.Path, help=argparse.SUPPRESS,
                        default=ROOT / "build" / "library-graph.txt")
    parser.add_argument("--sources", type=pathlib.Path, default=ROOT, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        graph = Graph(arguments.graph.read_text())
    except OSError as error:
        print(f"library-graph.py: error: cannot read {arguments.graph}: {error.strerror}; "
              "configure the build first (utils/build.sh)", file=sys.stderr)
        return 2
    for name, links in graph.links.items():
        own = [link for link in links if link in graph.links]
        print(f"{name}: {' '.join(own)}".rstrip())
    failures = [*check_cycles(graph), *check_light(graph),
                *check_includes(graph, arguments.sources)]
    for failure in failures:
        print(f"library-graph.py: error: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
