#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Explains a report of crania-run in three sentences, for the demo."""

import json
import sys


def percent(fraction):
    return f"{100 * fraction:.1f} %"


def change(reference, value, less):
    """Returns '20 % less' than `reference`, or '20 % more'."""
    share = value / reference - 1
    return f"{abs(100 * share):.0f} % {less if share < 0 else 'more'}"


def compared(row, reference):
    """Compares energy and cycles of a row with another one."""
    return (f"{change(reference['energy_pj'], row['energy_pj'], 'less')} energy and "
            f"{change(reference['cycles'], row['cycles'], 'fewer')} cycles")


def sentence_on_accuracy(report):
    return (
        f"Of {report['images']} images that the network never saw in training it "
        f"classifies {percent(report['accuracy'])} correctly when it may stop early, "
        f"{percent(report['full_accuracy'])} when it always uses all weights, and both "
        f"answers are the same for {percent(report['agreement_with_full'])} of the images.")


def sentence_on_rounds(report):
    histogram = report["exit_histogram"]
    stops = [f"{percent(share)} in round {number}"
             for number, share in enumerate(histogram, 1)]
    return (
        f"Each round reads one more cluster of weights, and an image "
        f"stops in the first round whose answer is confident enough: {', '.join(stops)}, "
        f"which is {report['rows']['crania']['mean_rounds']:.2f} rounds per image.")


def best_of(rows, names, key):
    """Returns the name of the row with the least of `key`."""
    return min(names, key=lambda name: rows[name][key])


def within_limit(report, name):
    return report["rows"][name]["loss_points"] <= report["max_loss_points"]


def verdict_on_iterating(report):
    """Says whether early rounds gain anything over one pass over all weights.

    A row counts only if it loses no more accuracy than the limit of the report. The coarsest
    network in one round, where the report has it, is the strongest opponent.
    """
    rows = report["rows"]
    limit = report["max_loss_points"]
    if not within_limit(report, "crania"):
        return (f"but it loses {rows['crania']['loss_points']:.2f} points of accuracy, more than "
                f"the limit of {limit:g}, so that these costs do not count")
    if rows["crania"]["mean_rounds"] == 1 and "one-shot-coarse" not in rows:
        return ("so iterating does not pay for this network: no image needed more than the first "
                "round")
    opponents = [name for name in rows if name.startswith("one-shot") and within_limit(report, name)]
    lost = []
    for key, amount in (("energy_pj", "energy"), ("cycles", "cycles")):
        best = best_of(rows, opponents, key)
        if rows[best][key] <= rows["crania"][key]:
            lost.append(f"{amount} ({best})")
    if not lost:
        return "so iterating pays for this network"
    return (f"so iterating does not pay for this network in {report['precision']} at these "
            f"thresholds: one pass needs no more {' and '.join(lost)}")


REFERENCES = {
    "iterative": "iterating without on-chip reuse or compression",
    "one-shot": "one pass over all uncompressed weights",
    "one-shot-compressed": "one pass with the same on-chip reuse and compression",
    "one-shot-coarse": "one pass over the coarsest weights that keep the limit",
}


def sentence_on_cost(report):
    rows = report["rows"]
    crania = rows["crania"]
    comparisons = [f"{compared(crania, rows[name])} than {what}"
                   for name, what in REFERENCES.items()
                   if name in rows and within_limit(report, name)]
    return (
        f"On the simulated {report['target']} accelerator the row crania moves "
        f"{crania['dram_bytes'] / 1024:.0f} KiB of DRAM traffic per image and needs "
        f"{', '.join(comparisons)}, {verdict_on_iterating(report)}.")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: explain_report.py REPORT.json")
    with open(sys.argv[1]) as file:
        report = json.load(file)
    print(sentence_on_accuracy(report))
    print(sentence_on_rounds(report))
    print(sentence_on_cost(report))


if __name__ == "__main__":
    main()
