# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Compares the costs of the digits network on `edge`, in f32 and in i8, row by row, and
the area that CRANIA adds to the machine, with a committed table.

A change that moves a figure by more than its tolerance must change the table in the
same commit and give the reason. With --write, the table is written instead of compared:

  PATH=$PWD/build/bin:$PATH CRANIA_EXAMPLES=examples CRANIA_SHARED_DATA=../shared/data \\
    PYTHONPATH=test/Integration/harness /usr/bin/python3 \\
    test/Integration/digits_figures.py FOLDER --write
"""

import json
import math
import pathlib
import sys

from preprocessing import DIGITS
from tools import EXAMPLES, classify, compile_model, expect, main_of

TABLE = pathlib.Path(__file__).with_name("figures") / "digits.json"
FOLDER = EXAMPLES / "digits"
OPTIONS = ("--clusters=.1,.2,.3,.4", "--exit=softmax:0.9", "--baselines")
PRECISIONS = {
    "f32": (),
    "i8": ("--precision=i8", f"--calibrate={FOLDER / 'test_x_u8.npy'}", "--input-scale=0.0625"),
}
AREA = "area overhead percent"
# The relative tolerance. Sums of f32 are in the order of the host, so on
# another host one of the 500 images may exit in another round, which changes a
# mean by 0.2 %. The machine itself is exact.
TOLERANCE = 0.005
FIGURES = {
    "accuracy": ("accuracy",),
    "mean rounds": ("mean_rounds",),
    "cycles": ("cycles",),
    "bound cycles": ("bound_cycles",),
    "DRAM bytes": ("dram_bytes",),
    "DRAM burst bytes": ("dram_burst_bytes",),
    "DRAM pending cycles": ("dram_pending_cycles",),
    "rows opened": ("dram_rows", "misses"),
    "refreshes": ("dram_rows", "refreshes"),
    "store hit bytes": ("store_hit_bytes",),
    "multiply-accumulates": ("macs",),
    "energy pJ": ("energy_pj",),
    "register energy pJ": ("energy_by_component", "registers"),
}


def rounded(value):
    return float(f"{value:.6g}")


def figures_of(row):
    figures = {}
    for name, path in FIGURES.items():
        value = row
        for key in path:
            value = value[key]
        figures[name] = rounded(value)
    return figures


def measure(folder):
    tables = {}
    for precision, options in PRECISIONS.items():
        binary = compile_model(FOLDER / "digits.onnx", folder / f"{precision}.crania", *OPTIONS,
                               *options)
        report = classify(binary, FOLDER / "test_x_u8.npy", folder, DIGITS,
                          f"--labels={FOLDER / 'test_y_u8.npy'}").report
        tables[precision] = {"machine": {AREA: rounded(report["area"]["overhead_percent"])}}
        for name, row in report["rows"].items():
            tables[precision][name] = figures_of(row)
    return tables


def compare_table(precision, measured, table):
    expect(set(measured) == set(table), f"{precision}: {sorted(measured)}, not {sorted(table)}")
    moved = []
    for row, figures in table.items():
        expect(set(figures) == set(measured[row]), f"{precision}, {row}: {sorted(figures)}")
        for name, value in figures.items():
            now = measured[row][name]
            if not math.isclose(now, value, rel_tol=TOLERANCE):
                moved.append(f"{precision}, {row}, {name}: {now:g}, {value:g} in the table")
    return moved


def compare(measured, table):
    expect(set(measured) == set(table), f"precisions {sorted(table)}")
    moved = [line for precision in table
             for line in compare_table(precision, measured[precision], table[precision])]
    expect(not moved, "figures moved:\n  " + "\n  ".join(moved)
           + f"\n{TABLE.name} is written anew by --write; say why in the commit")


def check(folder):
    measured = measure(folder)
    if "--write" in sys.argv:
        TABLE.write_text(json.dumps(measured, indent=2) + "\n")
        return
    compare(measured, json.loads(TABLE.read_text()))


main_of(check)
