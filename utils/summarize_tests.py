#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adds up the JSON results of one or more lit runs.

Prints the failed tests, the skipped tests with reasons, a line for GoogleTest and one for
the lit tests of each run, and last 'N passed, N failed[, N skipped]'. Exits with 1 if a
test failed or none ran.
"""

import collections
import json
import re
import sys

PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
SKIPPED = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}
GTEST_SUITE = "CRANIA-Unit"
MISSING_FEATURE = re.compile(r"unavailable features: (.*)")


def outcome(test):
    if test["code"] in PASSED:
        return "passed"
    return "skipped" if test["code"] in SKIPPED else "failed"


def reason_of(test):
    match = MISSING_FEATURE.search(test.get("output", ""))
    return f"needs {match.group(1).strip()}" if match else test["code"].lower()


def report_exceptions(run, tests):
    for test in tests:
        if outcome(test) == "skipped":
            print(f"SKIPPED {test['name']} ({run}; {reason_of(test)})")
    for test in tests:
        if outcome(test) == "failed":
            print(f"FAILED  {test['name']} ({run}; {test['code'].lower()})")


def closing(counts):
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    return line + (f", {counts['skipped']} skipped" if counts["skipped"] else "")


def report_kinds(run, tests):
    kinds = collections.defaultdict(collections.Counter)
    for test in tests:
        kind = "GoogleTest" if test["name"].startswith(GTEST_SUITE + " ::") else "lit"
        kinds[kind][outcome(test)] += 1
    for kind, counts in sorted(kinds.items()):
        print(f"{kind} ({run}): {closing(counts)}")


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit("usage: summarize_tests.py RUN=RESULTS.json...")
    runs = {}
    for argument in sys.argv[1:]:
        run, path = argument.split("=", 1)
        with open(path) as file:
            runs[run] = json.load(file)["tests"]
    for run, tests in runs.items():
        report_exceptions(run, tests)
    print()
    for run, tests in runs.items():
        report_kinds(run, tests)
    total = collections.Counter(outcome(test) for tests in runs.values() for test in tests)
    print(closing(total))
    sys.exit(1 if total["failed"] or not total["passed"] else 0)


if __name__ == "__main__":
    main()
