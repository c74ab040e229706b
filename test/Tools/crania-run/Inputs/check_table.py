# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares every cell of the table of crania-run with the report of the same run.

usage: check_table.py TABLE.txt REPORT.json MAX_LOSS
"""

import json
import re
import sys

KIB, US = 1024, 1e6


def percent(share):
    return f"{100 * share:.2f} %"


def cells(row, max_loss):
    """Returns the columns after the name from the values of the report."""
    return [percent(row["accuracy"]), percent(row["agreement_with_full"]),
            f"{row['mean_rounds']:.3f}", f"{row['dram_bytes'] / KIB:.1f}",
            f"{row['weight_refetch']:.2f}x", f"{row['cycles']:.0f}",
            f"{row['bound_cycles']:.0f}", f"{row['latency_us']['mean']:.1f}",
            f"{row['latency_us']['p99']:.1f}", f"{row['energy_pj'] / US:.2f}",
            f"{row['bound_energy_pj'] / US:.2f}", *comparison(row, max_loss)]


def comparison(row, max_loss):
    """Returns the cells that compare a row with 'iterative'."""
    if row["energy_ratio"] is not None:
        return [f"{row['energy_ratio']:.2f}x", f"{row['cycles_ratio']:.2f}x"]
    if row["loss_points"] > max_loss:
        return ["loses", f"{row['loss_points']:.2f} pt"]
    return ["-", "-"]


def dram_cells(row):
    """Returns the energies at other energies of the DRAM, and that of a cold start."""
    ratios = row["energy_ratio_by_dram"]
    found = [f"{energy / US:.2f}" + (f" ({ratios[dram]:.2f}x)" if ratios[dram] else "")
             for dram, energy in row["energy_pj_by_dram"].items()]
    return found + [f"{row['cold_start']['energy_pj'] / US:.2f}"]


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
        expected = cells(rows[name], float(sys.argv[3]))
        if found != expected:
            sys.exit(f"{name}: the table has {found}, the report {expected}")
    ratio = rows["crania"]["energy_ratio"]
    if ratio is not None and (ratio <= 1 or rows["crania"]["cycles_ratio"] <= 1):
        sys.exit("crania is no better than iterative: its ratios say nothing")
    energies = [line for line in lines if line[0] in rows and "%" not in line[1]]
    if [line[0] for line in energies] != 2 * list(rows):
        sys.exit(f"two tables of energies must have all rows: {energies}")
    for i, (name, *found) in enumerate(energies):
        parts = rows[name]["energy_by_component"].values()
        expected = ([f"{part / US:.3f}" for part in parts] if i < len(rows)
                    else dram_cells(rows[name]))
        if found != expected:
            sys.exit(f"{name}: energies {found}, the report has {expected}")


main()
