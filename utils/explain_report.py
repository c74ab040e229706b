#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Says in three sentences what a report of crania-run shows, for the demo."""

import json
import sys


def percent(fraction):
    return f"{100 * fraction:.1f} %"


def times(ratio, less, more):
    """'2.0x less' for 2, '1.3x more' for 1/1.3: a ratio is reference / row."""
    return f"{ratio:.1f}x {less}" if ratio >= 1 else f"{1 / ratio:.1f}x {more}"


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
        f"Each round reads one more cluster of weights, largest first, and an image "
        f"stops in the first round whose answer is confident enough: {', '.join(stops)}, "
        f"which is {report['rows']['crania']['mean_rounds']:.2f} rounds per image.")


def sentence_on_cost(report):
    crania, one_shot = report["rows"]["crania"], report["rows"]["one-shot"]
    return (
        f"On the simulated {report['target']} accelerator the crania row moves "
        f"{crania['dram_bytes'] / 1024:.0f} KiB of DRAM traffic per image and needs "
        f"{times(crania['energy_ratio'], 'less', 'more')} energy and "
        f"{times(crania['cycles_ratio'], 'fewer', 'more')} cycles than iterating without "
        f"on-chip reuse or compression, or "
        f"{times(one_shot['energy_pj'] / crania['energy_pj'], 'less', 'more')} energy and "
        f"{times(one_shot['cycles'] / crania['cycles'], 'fewer', 'more')} cycles than one "
        f"pass over all uncompressed weights.")


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
