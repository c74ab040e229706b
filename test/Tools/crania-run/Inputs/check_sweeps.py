# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares reports of inputs that ran alone, together, and as they arrived."""

import json
import pathlib
import sys


def expect(condition, what):
    if not condition:
        sys.exit(f"sweeps: {what}")


folder = pathlib.Path(sys.argv[1])
alone, together, arriving = (json.loads((folder / f"{name}.json").read_text())["rows"]
                             for name in ("alone", "together", "arriving"))
for name, row in alone.items():
    shared, late = together[name], arriving[name]
    for other in (shared, late):
        expect(other["exit_histogram"] == row["exit_histogram"], f"{name}: exits")
        expect(abs(other["macs"] - row["macs"]) < 1e-6 * row["macs"], f"{name}: MACs")
    weights = row["dram_bytes_by_purpose"]["weights"]
    expect(shared["dram_bytes_by_purpose"]["weights"] < weights / 6, f"{name}: weights")
    expect(shared["cycles"] < row["cycles"], f"{name}: cycles")
    expect(row["sweep"] == {"inputs": 1, "mean_inputs": 1, "partial": 0, "idle_cycles": 0,
                            "sweeps": round(96 * row["mean_rounds"])}, f"{name}: alone")
    expect(1 < late["sweep"]["mean_inputs"] < 8, f"{name}: sweeps of those that arrive")
    expect(late["sweep"]["idle_cycles"] > 0, f"{name}: the machine never waits")
# One round, whose inputs form full sweeps: a streamed weight costs 1/8 for
# each.
one = alone["one-shot"]["dram_bytes_by_purpose"], together["one-shot"]["dram_bytes_by_purpose"]
expect(one[1]["weights"] * 8 == one[0]["weights"], "one-shot: not an eighth")
expect(one[1]["activations_read"] == one[0]["activations_read"], "one-shot: activations")
