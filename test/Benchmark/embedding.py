# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests what other compilers can do with CRANIA. The tests of each point are in
test/Embedding, and start from the installed package in an empty folder.

  --quick  without the full builds as part of other projects, and ThreadSanitizer
  --json=FILE, from utils/bench.sh
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["CRANIA_BUILD"])
LIT = "/usr/lib/llvm-22/bin/lit"
TIMEOUT_SECONDS = 7200
FIRST_RESULT_MINUTES = 10
# The point, its tests, and the tests that only a full run has.
POINTS = (
    ("package, install tree: version, components, static and shared", ["package.test"], []),
    ("package, build tree", ["build-tree.test"], []),
    ("package, part of another project", ["subproject.test"], ["subproject-full.test"]),
    ("package, external project of LLVM", ["llvm-external.test"], ["llvm-external-full.test"]),
    ("package, hidden symbols", ["symbols.test"], []),
    ("package, Debian packages", ["debian.test"], []),
    ("plugin for stock mlir-opt", ["plugin.test"], []),
    ("C++ API and extension points, out-of-tree compiler", ["out-of-tree.test"], []),
    ("C API without MLIR's types", ["c-api.test", "symbols.test"], []),
    ("C API with MLIR's", ["mlir-c-api.test"], []),
    ("stock tools as clients, every level, bytecode", ["stock_tools.py"], []),
    ("partial use, host ops, shared weights, locations", ["partial-use.mlir", "partial_use.py"], []),
    ("front ends as they are", ["front_ends.py"], []),
    ("documentation, its commands", ["page.test"], []),
)


def run_tests(full):
    """Returns the code and the seconds of each test, by the name of its file."""
    results = BUILD / "test" / "results-embedding.json"
    command = [LIT, "-q", f"--output={results}", f"--timeout={TIMEOUT_SECONDS}", BUILD / "test" / "Embedding"]
    if full:
        command.insert(1, "--param=full_builds=1")
    subprocess.run(command, check=False, stdout=sys.stderr)
    tests = json.loads(results.read_text())["tests"]
    return {test["name"].rpartition("/")[2]: (test["code"], test["elapsed"] or 0) for test in tests}


def parallel_under_tsan():
    """Returns True if eight compilations at once are clean under ThreadSanitizer."""
    subprocess.run([ROOT / "utils" / "build.sh", "--preset=thread", "CraniaCompilerCApiTests"],
                   check=True, stdout=sys.stderr)
    environment = dict(os.environ, CRANIA_EXAMPLES=str(ROOT / "examples"))
    binary = ROOT / "build-thread" / "test" / "Unit" / "CAPI" / "CraniaCompilerCApiTests"
    return subprocess.run([binary], env=environment, stdout=sys.stderr).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    found = run_tests(not options.quick)
    figures = []

    def report(name, value, target, met):
        print(f"{name}: {value}, {target}, {'met' if met else 'missed'}")
        figures.append({"name": name, "value": value, "target": target, "met": bool(met)})

    for name, tests, full_only in POINTS:
        wanted = tests + ([] if options.quick else full_only)
        passed = [test for test in wanted if found.get(test, ("MISSING", 0))[0] == "PASS"]
        report(name, f"{len(passed)} tests passed", f"{len(wanted)}", len(passed) == len(wanted))
    minutes = found.get("page.test", ("MISSING", float("inf")))[1] / 60
    report("time to first result, by the page's commands", f"{minutes:.2f} minutes",
           f"at most {FIRST_RESULT_MINUTES}", minutes <= FIRST_RESULT_MINUTES)
    if not options.quick:
        clean = parallel_under_tsan()
        report("8 compilations at once under ThreadSanitizer", "clean" if clean else "reports", "clean", clean)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    sys.exit(0 if all(figure["met"] for figure in figures) else 1)


main()
