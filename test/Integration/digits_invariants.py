# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Tests the invariants of the computation from outside, on the digits network.

Numbers in the names of the checks mean: 2 the last round is exact, 3 schedules change no
output, 4 capacities hold, 5 traffic equals the bytes read, 6 precision, 7 determinism.
"""

import json

import numpy as np
import onnx
from onnx import numpy_helper

from preprocessing import DIGITS
from tools import EXAMPLES, classify, compile_model, expect, expect_error, main_of

MODEL = EXAMPLES / "digits" / "digits.onnx"
IMAGES = EXAMPLES / "digits" / "test_x_u8.npy"
LABELS = EXAMPLES / "digits" / "test_y_u8.npy"
WEIGHT_BYTES = 4 * 71568
FRACTIONS = (.1, .2, .3, .4)
CLUSTERED = ("--clusters=.1,.2,.3,.4", "--exit=softmax:0.9")
ROWS = ("one-shot", "one-shot-compressed", "iterative", "iterative-cache",
        "iterative-compression", "crania")
ITERATING = ROWS[2:]


class Results:
    """The compilations and runs that several checks share."""

    def __init__(self, folder):
        self.folder = folder
        self.whole = self.run("whole", "--clusters=1")
        self.clustered = self.run("clustered", *CLUSTERED)
        self.bundle = self.run("bundle", *CLUSTERED, "--baselines")

    def run(self, name, *options, run_options=()):
        binary = compile_model(MODEL, self.folder / f"{name}.crania", *options)
        return self.classify(binary, *run_options)

    def classify(self, binary, *options):
        return classify(binary, IMAGES, self.folder, DIGITS, f"--labels={LABELS}", *options)


def expect_same_answers(actual, expected, what):
    """Checks that all logits, bit for bit, all predictions and all exit rounds are equal."""
    expect((actual.exit_rounds == expected.exit_rounds).all(), f"{what}: exit rounds differ")
    expect((actual.logits == expected.logits).all(), f"{what}: logits differ")
    expect((actual.predictions == expected.predictions).all(), f"{what}: predictions differ")


def logits_of_rounds(results):
    """Returns the logits of the weights of each round, selected here: (rounds, N, classes)."""
    rounds = []
    for number, kept in enumerate(np.cumsum(FRACTIONS), 1):
        model = onnx.load(str(MODEL))
        for tensor in model.graph.initializer:
            if tensor.name.endswith("weight"):
                weights = numpy_helper.to_array(tensor)
                keep = largest(weights, int(round(kept * weights.size)))
                tensor.CopyFrom(numpy_helper.from_array(
                    np.where(keep, weights, np.float32(0)), tensor.name))
        path = results.folder / f"round{number}.onnx"
        onnx.save(model, str(path))
        binary = compile_model(path, results.folder / f"round{number}.crania", "--clusters=1")
        rounds.append(results.classify(binary).main.logits)
    return np.stack(rounds)


def largest(weights, count):
    order = np.argsort(-np.abs(weights).ravel(), kind="stable")
    keep = np.zeros(weights.size, bool)
    keep[order[:count]] = True
    return keep.reshape(weights.shape)


def softmax(logits):
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def check_rounds_are_the_clusters_in_order(results):
    """Checks that round r computes with the first r clusters, and stops by the rule."""
    logits = logits_of_rounds(results)
    confident = softmax(logits).max(axis=-1) >= 0.9
    confident[-1] = True
    rounds = confident.argmax(axis=0)
    answers = results.clustered.main
    expect((answers.exit_rounds == rounds + 1).all(), "exit rounds differ")
    chosen = logits[rounds, np.arange(len(rounds))]
    expect((answers.logits == chosen).all(), "logits of the exit rounds differ")


def check_2_last_round_is_exact(results):
    answers = results.clustered.main
    last = answers.exit_rounds == len(FRACTIONS)
    expect(last.any(), "no image reached the last round")
    expect((answers.logits[last] == results.whole.main.logits[last]).all(),
           "the last round differs from the unclustered network")


def check_3_encoding_and_schedule_change_no_output(results):
    for name, row in results.bundle.rows.items():
        expected = results.clustered if name in ITERATING else results.whole
        expect_same_answers(row, expected.main, name)


def check_3_4_targets_change_no_output(results):
    """Checks that stores of any size give the same answers, and larger ones less traffic."""
    traffic = []
    for kilobytes in (1, 32, 1024):
        path = results.folder / "target.json"
        path.write_text(json.dumps({"weight_store": {"bytes": kilobytes * 1024}}))
        actual = results.run("store", *CLUSTERED, f"--target={path}")
        expect_same_answers(actual.main, results.clustered.main, f"{kilobytes} KiB store")
        traffic.append(actual.report["rows"]["crania"]["dram_bytes"])
    expect(traffic[0] > traffic[1] > traffic[2], f"a larger store moves no less: {traffic}")


def check_5_traffic_is_within_its_bounds(results):
    """Checks compulsory <= crania <= cached or compressed <= iterative <= R(R+1)/2 times."""
    rows = results.bundle.report["rows"]
    expect(set(rows) == set(ROWS), f"rows {sorted(rows)}")
    bytes_of = {name: row["dram_bytes"] for name, row in rows.items()}
    expect(bytes_of["one-shot"] >= WEIGHT_BYTES, f"one-shot reads {bytes_of['one-shot']} bytes")
    for cheaper, dearer in (("crania", "iterative-cache"), ("crania", "iterative-compression"),
                            ("iterative-cache", "iterative"),
                            ("iterative-compression", "iterative"),
                            ("one-shot-compressed", "one-shot")):
        expect(bytes_of[cheaper] <= bytes_of[dearer], f"{cheaper} moves more than {dearer}")

    kept = np.cumsum(FRACTIONS)
    exit_rounds = results.clustered.main.exit_rounds
    refetched = np.mean([kept[:r].sum() for r in exit_rounds])
    expect(bytes_of["iterative"] >= refetched * WEIGHT_BYTES,
           f"iterative moves {bytes_of['iterative']}, less than the values it refetches")


def check_5_bounds_hold(results):
    for name, row in results.bundle.report["rows"].items():
        expect(row["cycles"] >= row["bound_cycles"], f"{name} beats its lower bound")
        parts = sum(row["energy_by_component"].values())
        expect(abs(parts - row["energy_pj"]) <= 1e-6 * row["energy_pj"],
               f"{name}: energy {row['energy_pj']}, components add up to {parts}")


def check_6_precision_is_what_ran(results):
    expect(results.whole.report["precision"] == "f32", "precision of the report")
    expect_error("crania-compile", MODEL, "-o", results.folder / "x.crania", "--precision=i5")


def check_7_threads_and_batches_change_nothing(results):
    binary = results.folder / "bundle.crania"
    reports = []
    for threads in (1, 2, 3):
        run = results.classify(binary, f"--threads={threads}")
        for name, row in run.rows.items():
            expect_same_answers(row, results.bundle.rows[name], f"{name}, {threads} threads")
        reports.append(run.report)
    expect(reports[0] == reports[1] == reports[2], "reports differ with the threads")

    few = results.classify(binary, "--limit=7")
    expect(few.report["images"] == 7, "--limit=7")
    expect((few.main.logits == results.bundle.main.logits[:7]).all(),
           "logits differ with --limit")


def check_report_agrees_with_the_answers(results):
    labels, report = np.load(LABELS), results.clustered.report
    answers, whole = results.clustered.main, results.whole.main
    expect(report["images"] == len(labels), "images")
    expect(report["accuracy"] == (answers.predictions == labels).mean(), "accuracy")
    expect(report["full_accuracy"] == (whole.predictions == labels).mean(), "full_accuracy")
    expect(report["agreement_with_full"] == (answers.predictions == whole.predictions).mean(),
           "agreement_with_full")
    histogram = np.bincount(answers.exit_rounds, minlength=len(FRACTIONS) + 1)[1:]
    expect(np.allclose(report["exit_histogram"], histogram / len(labels), atol=1e-12),
           "exit_histogram")
    mean_rounds = report["rows"]["crania"]["mean_rounds"]
    expect(abs(mean_rounds - answers.exit_rounds.mean()) < 1e-9, "mean_rounds")
    expect((answers.predictions == answers.logits.argmax(axis=1)).all(),
           "a prediction is not the largest logit")


def check_ratios(results):
    # Above 0.5 points of loss, the default limit, rows have no ratio.
    default = results.bundle.report
    binary = results.folder / "bundle.crania"
    generous = results.classify(binary, "--max-loss=5").report
    whole = default["rows"]["one-shot"]["accuracy"]
    for report in (default, generous):
        rows = report["rows"]
        for name, row in rows.items():
            loss = 100 * (whole - row["accuracy"])
            expect(abs(row["loss_points"] - loss) < 1e-9, f"{name}: loss_points")
            worst = max(loss, rows["iterative"]["loss_points"])
            expect((row["why_no_ratio"] is None) == (worst <= report["max_loss_points"]),
                   f"{name}: why_no_ratio")
            for ratio, value in (("energy_ratio", "energy_pj"), ("cycles_ratio", "cycles")):
                if row["why_no_ratio"]:
                    expect(row[ratio] is None, f"{name} has a {ratio}")
                    continue
                expected = rows["iterative"][value] / row[value]
                expect(abs(row[ratio] - expected) < 1e-9 * expected, f"{name}: {ratio}")
    expect(default["rows"]["crania"]["why_no_ratio"], "the default limit refuses nothing")
    expect(not generous["rows"]["crania"]["why_no_ratio"], "a limit of 5 points refuses a row")


def check_dram_energies(results):
    for name, row in results.bundle.report["rows"].items():
        energies = row["energy_pj_by_dram"]
        expect(list(energies) == ["4", "8", "20", "40", "commands"], f"{name}: assumptions")
        # Only bits of the DRAM cost more; the row itself is at 20 pJ per bit.
        expect(energies["20"] == row["energy_pj"], f"{name}: 20 pJ/bit")
        for low, high in ((4, 8), (8, 20), (20, 40)):
            bits = 8 * row["dram_burst_bytes"] * (high - low)
            expect(abs(energies[str(high)] - energies[str(low)] - bits) < 1e-6 * bits,
                   f"{name}: {low} to {high} pJ/bit")
    target = results.folder / "commands.json"
    target.write_text(json.dumps({"base": "edge", "dram": {"energy": "commands"}}))
    binary = compile_model(MODEL, results.folder / "commands.crania", *CLUSTERED,
                           f"--target={target}")
    by_commands = results.classify(binary).report["rows"]["crania"]
    expect(by_commands["energy_pj_by_dram"]["commands"] == by_commands["energy_pj"],
           "the energy by commands is another")
    others = by_commands["energy_pj"] - by_commands["energy_by_component"]["dram"]
    expected = others + 20 * 8 * by_commands["dram_burst_bytes"]
    expect(abs(by_commands["energy_pj_by_dram"]["20"] - expected) < 1e-9 * expected,
           "20 pJ/bit on a machine with energy by commands")


def check_cold_start(results):
    binary = results.folder / "bundle.crania"
    first = results.classify(binary, "--limit=1").report["rows"]
    for name, row in results.bundle.report["rows"].items():
        for key in ("mean_rounds", "cycles", "dram_bytes", "energy_pj"):
            expect(row["cold_start"][key] == first[name][key], f"{name}: cold start, {key}")


def check_gain_of_sharing(results):
    binary = results.folder / "bundle.crania"
    shared = results.classify(binary, "--sweep=4").report["rows"]
    for name, alone in results.bundle.report["rows"].items():
        expect(alone["gain_of_sharing"] is None, f"{name} shares nothing")
        for ratio, value in (("energy_ratio", "energy_pj"), ("cycles_ratio", "cycles")):
            expected = alone[value] / shared[name][value]
            expect(abs(shared[name]["gain_of_sharing"][ratio] - expected) < 1e-9 * expected,
                   f"{name}: gain of sharing, {ratio}")


def check(folder):
    results = Results(folder)
    for name, function in sorted(globals().items()):
        if name.startswith("check_"):
            function(results)
            print("ok", name)


if __name__ == "__main__":
    main_of(check)
