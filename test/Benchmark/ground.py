#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the project's promises about hosts, files, input and errors by their tests.

Prints a line `point: tests that passed, tests wanted, met|missed` for each promise
in data/ground.json. A proof there is a lit test, by its path below test/, or a
filter of GoogleTest, such as `Simulator:TrustedKernels.*` for build/test/Unit/Simulator.
A skipped test proves nothing. A promise without proofs counts as missed, and the file
gives the reason. Last come random networks in 8 bits, compared with nested loops.

  --networks=N  so many random networks, default 1,000; 0 for none. A core computes
                about 0.8 of them a second
  --json=FILE, from utils/bench.sh
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["CRANIA_BUILD"])
LLVM_BIN = pathlib.Path("/usr/lib/llvm-22/bin")
POINTS = ROOT / "test" / "Benchmark" / "data" / "ground.json"
NETWORKS = 1000
PASSED = re.compile(r"^\[  PASSED  \] (\d+) tests?\.", re.MULTILINE)


def environment():
    found = dict(os.environ, CRANIA_EXAMPLES=str(ROOT / "examples"))
    found.setdefault("CRANIA_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    found["PATH"] = f"{BUILD / 'bin'}:{LLVM_BIN}:{found['PATH']}"
    return found


def is_lit(proof):
    return proof.endswith((".test", ".mlir", ".py"))


def run_lit(paths):
    """Returns the code of each lit test, by its path below test/."""
    results = BUILD / "test" / "results-ground.json"
    results.unlink(missing_ok=True)
    pattern = "|".join(re.escape(path) + "$" for path in sorted(paths))
    subprocess.run([LLVM_BIN / "lit", "-q", f"--output={results}", f"--filter={pattern}",
                    BUILD / "test"], check=False, stdout=sys.stderr, env=environment())
    tests = json.loads(results.read_text())["tests"]
    return {test["name"].partition(" :: ")[2]: test["code"] for test in tests}


def unit_binary(suite):
    folder = BUILD / "test" / "Unit" / suite
    binaries = sorted(folder.glob("*Tests"))
    if not binaries:
        sys.exit(f"there are no unit tests in {folder}")
    return binaries


def passes_unit(proof):
    """Returns True if the filter runs at least one test in each of its parts, and all pass."""
    suite, _, patterns = proof.partition(":")
    for pattern in patterns.split(":"):
        outputs = [subprocess.run([binary, f"--gtest_filter={pattern}"], env=environment(), check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                   for binary in unit_binary(suite)]
        counts = [int(match[1]) for output in outputs if (match := PASSED.search(output.stdout))]
        if any(output.returncode for output in outputs) or not sum(counts):
            print(f"{suite}:{pattern}\n" + "".join(o.stdout[-2000:] for o in outputs), file=sys.stderr)
            return False
    return True


def random_networks(count):
    """Returns how many random networks in 8 bits equal nested loops, on both cores."""
    halves = [(1, count // 2), (1 + count // 2, count - count // 2)]

    def run(first, number):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, ROOT / "test" / "Integration" / "integer_networks.py", folder,
                       f"--networks={number}", f"--first-seed={first}", "--only-loops"]
            found = dict(environment(), PYTHONPATH=str(ROOT / "test" / "Integration" / "harness"))
            return subprocess.run(command, env=found, check=False, stdout=sys.stderr).returncode == 0

    with concurrent.futures.ThreadPoolExecutor() as pool:
        fine = list(pool.map(lambda half: run(*half), [half for half in halves if half[1]]))
    return all(fine)


def main():
    parser = argparse.ArgumentParser(prog="utils/bench.sh ground", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=NETWORKS)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    points = json.loads(POINTS.read_text())
    codes = run_lit({proof for point in points for proof in point["proofs"] if is_lit(proof)})
    figures = []

    def report(name, value, target, met):
        print(f"{name}: {value}, {target}, {'met' if met else 'missed'}", flush=True)
        figures.append({"name": name, "value": value, "target": target, "met": bool(met)})

    for point in points:
        proofs = point["proofs"]
        passed = [proof for proof in proofs
                  if (codes.get(proof) == "PASS" if is_lit(proof) else passes_unit(proof))]
        value = f"{len(passed)} proofs passed" if proofs else point["why"]
        report(f"{point['section']} {point['point']}", value, f"{len(proofs) or 'some'} wanted",
               proofs and len(passed) == len(proofs))
    if options.networks:
        fine = random_networks(options.networks)
        report("1 random networks in i8 equal nested loops on this host",
               f"{options.networks} networks" if fine else "some differ", "all", fine)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    sys.exit(0 if all(figure["met"] for figure in figures) else 1)


main()
