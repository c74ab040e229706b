# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks a report and a trace of crania-run: keys, sums, order."""

import json
import math
import sys

COSTS = {
    "cycles", "cycles_busy", "cycles_stalled", "bound_cycles", "bound_by",
    "bound_cycles_dram", "bound_cycles_dma", "bound_cycles_array", "limited_by", "utilisation", "dram_bytes",
    "dram_bytes_by_purpose", "dram_burst_bytes", "dram_pending_cycles", "dram_rows",
    "store_hit_bytes", "macs",
    "macs_skipped", "energy_pj", "energy_by_component"}
ROW = COSTS | {
    "accuracy", "full_accuracy", "agreement_with_full", "mean_rounds", "exit_histogram",
    "latency_us", "weight_bytes_by_cluster", "compulsory_weight_bytes", "weight_refetch",
    "bound_energy_pj", "layers", "rounds", "energy_ratio", "cycles_ratio",
    "sweep", "loss_points", "energy_pj_by_dram", "energy_ratio_by_dram", "cold_start",
    "gain_of_sharing", "why_no_ratio"}
TOP = {
    "images", "program", "accuracy", "full_accuracy", "agreement_with_full",
    "exit_histogram", "target", "precision", "dram", "area", "max_loss_points", "rows"}


def expect(condition, what):
    if not condition:
        sys.exit(f"report: {what}")


def is_close(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def check_costs(costs, what):
    components = sum(costs["energy_by_component"].values())
    expect(is_close(components, costs["energy_pj"]), f"{what}: energy does not add up")
    purpose = dict(costs["dram_bytes_by_purpose"])
    clusters = purpose.pop("weights_by_cluster")
    expect(is_close(sum(clusters), purpose["weights"]), f"{what}: clusters do not add up")
    expect(is_close(sum(purpose.values()), costs["dram_bytes"]), f"{what}: bytes do not add up")
    expect(costs["dram_burst_bytes"] >= costs["dram_bytes"], f"{what}: bursts")
    times = {"array": costs["cycles_busy"]["array"], **costs["cycles_stalled"]}
    limit = costs["limited_by"]
    expect(limit == "other" and not any(times.values()) or times[limit] == max(times.values()),
           f"{what}: limited_by")
    bounds = {part: costs[f"bound_cycles_{part}"] for part in ("dram", "dma", "array")}
    expect(costs["bound_cycles"] == max(bounds.values()), f"{what}: bound_cycles")
    expect(bounds[costs["bound_by"]] == max(bounds.values()), f"{what}: bound_by")


def check_row(name, row, images):
    expect(set(row) == ROW, f"{name}: keys {sorted(set(row) ^ ROW)}")
    check_costs(row, name)
    expect(row["bound_cycles"] <= row["cycles"], f"{name} beats its bound")
    expect(row["cycles_busy"]["dram"] <= row["dram_pending_cycles"] <= row["cycles"],
           f"{name}: pending cycles")
    expect(row["bound_energy_pj"] <= row["energy_pj"], f"{name} beats its energy bound")
    expect(row["bound_energy_pj"] > row["energy_by_component"]["array"],
           f"{name}: the energy bound has no bytes")
    refetch = row["dram_bytes_by_purpose"]["weights"] / row["compulsory_weight_bytes"]
    expect(is_close(row["weight_refetch"], refetch), f"{name}: weight_refetch")
    expect(is_close(sum(row["exit_histogram"]), 1), f"{name}: exit_histogram")
    mean = sum(r * share for r, share in enumerate(row["exit_histogram"], 1))
    expect(is_close(mean, row["mean_rounds"]), f"{name}: mean_rounds")
    sweep = row["sweep"]
    expect(is_close(sweep["mean_inputs"] * sweep["sweeps"], mean * images),
           f"{name}: rounds of inputs are not those of the sweeps")
    expect(sweep["mean_inputs"] <= sweep["inputs"], f"{name}: sweep")
    latency = row["latency_us"]
    expect(latency["p50"] <= latency["p99"], f"{name}: latency")
    for parts, key in (("layers", "name"), ("rounds", "round")):
        for part in row[parts]:
            expect(set(part) == COSTS | {key}, f"{name}: keys of {parts}")
            check_costs(part, f"{name}, {part[key]}")
        for sum_of in ("cycles", "dram_bytes", "macs", "energy_pj"):
            total = sum(part[sum_of] for part in row[parts])
            expect(is_close(total, row[sum_of]), f"{name}: {sum_of} of {parts} do not add up")


def check_trace(trace, programs):
    ends = {}
    names = {e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "process_name"}
    expect(names == programs, f"processes {sorted(names)}")
    for event in trace["traceEvents"]:
        if event["ph"] != "X":
            continue
        unit = event["pid"], event["tid"]
        expect(event["ts"] >= ends.get(unit, 0) - 1e-9, f"unit {unit} does two things at once")
        ends[unit] = event["ts"] + event["dur"]
    expect(len({pid for pid, _ in ends}) == len(programs), "programs without events")


def main():
    with open(sys.argv[1]) as file:
        report = json.load(file)
    with open(sys.argv[2]) as file:
        trace = json.load(file)
    expect(set(report) == TOP, f"keys {sorted(set(report) ^ TOP)}")
    for name, row in report["rows"].items():
        check_row(name, row, report["images"])
    area = report["area"]
    added = sum(area["mm2_by_component"][name] for name in area["additions"])
    base = sum(area["mm2_by_component"].values()) - added
    expect(is_close(area["overhead_percent"], 100 * added / base), "area overhead")
    iterative = report["rows"]["iterative"]
    expect(iterative["weight_refetch"] * iterative["sweep"]["inputs"] > 1,
           "iterative refetches nothing")
    main_row = report["rows"][report["program"]]
    for key in ("accuracy", "full_accuracy", "agreement_with_full", "exit_histogram"):
        expect(report[key] == main_row[key], f"{key} is not that of {report['program']}")
    check_trace(trace, set(report["rows"]))


main()
