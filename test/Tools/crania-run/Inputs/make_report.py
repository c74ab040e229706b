# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a report with the keys that explain_report.py reads.

usage: make_report.py REPORT.json COMPRESSED_ENERGY COMPRESSED_CYCLES [LOSS [ROUNDS]]
The row crania takes 100 pJ and 100 cycles, loses LOSS points and runs ROUNDS rounds on
average. The limit is 0.5."""

import json
import sys

path, energy, cycles = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
loss = float(sys.argv[4]) if len(sys.argv) > 4 else 0.5


def row(energy_pj, row_cycles, loss_points=0):
    return {"energy_pj": energy_pj, "cycles": row_cycles, "dram_bytes": 2048,
            "mean_rounds": 1.5, "loss_points": loss_points}


rounds = float(sys.argv[5]) if len(sys.argv) > 5 else 1.5
report = {
    "images": 10, "accuracy": 0.9, "full_accuracy": 1.0, "agreement_with_full": 0.9,
    "exit_histogram": [0.5, 0.5], "target": "edge", "precision": "f32",
    "max_loss_points": 0.5,
    "rows": {"one-shot": row(300, 200), "one-shot-compressed": row(energy, cycles),
             "iterative": row(400, 400), "crania": row(100, 100, loss) | {"mean_rounds": rounds}}}
with open(path, "w") as file:
    json.dump(report, file)
