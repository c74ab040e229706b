# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares every cell of the table of crania-run with the report of the same run."""

import json
import re
import sys

KIB, US = 1024, 1e6


def percent(share):
    return f"{100 * share:.2f} %"


def cells(row):
    """Returns the columns after the name from the values of the report."""
    return [percent(row["accuracy"]), percent(row["agreement_with_full"]),
            f"{row['mean_rounds']:.3f}", f"{row['dram_bytes'] / KIB:.1f}",
            f"{row['weight_refetch']:.2f}x", f"{row['cycles']:.0f}",
            f"{row['bound_cycles']:.0f}", f"{row['latency_us']['mean']:.1f}",
            f"{row['latency_us']['p99']:.1f}", f"{row['energy_pj'] / US:.2f}",
            f"{row['bound_energy_pj'] / US:.2f}", f"{row['energy_ratio']:.2f}x",
            f"{row['cycles_ratio']:.2f}x"]


def main():
    with open(sys.argv[1]) as file:
        lines = [re.split(r"  +", line.strip()) for line in file]
    with open(sys.argv[2]) as file:
        report = json.load(file)
    rows = report["rows"]
    programs = [line for line in lines if line[0] in rows and "%" in line[1]]
    if [line[0] for line in programs] != list(rows):
        sys.exit(f"rows {[line[0] for line in programs]}, expected {list(rows)}")
    for name, *found in programs:
        expected = cells(rows[name])
        if found != expected:
            sys.exit(f"{name}: the table has {found}, the report {expected}")
    if rows["crania"]["energy_ratio"] <= 1 or rows["crania"]["cycles_ratio"] <= 1:
        sys.exit("crania is no better than iterative: its ratios say nothing")
    for name, *found in (line for line in lines if line[0] in rows and "%" not in line[1]):
        energy = rows[name]["energy_by_component"].values()
        expected = [f"{part / US:.3f}" for part in energy]
        if found != expected:
            sys.exit(f"{name}: energies {found}, the report has {expected}")


main()
