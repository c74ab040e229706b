# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every numeric option of the tools rejects values that are not valid numbers for it.

A rejection is exit code 1 and one error that names the option or its value, without an
output file. Each option also accepts a valid value.

  numeric_options.py EXAMPLES FOLDER
"""

import pathlib
import subprocess
import sys

examples, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
DIGITS = examples / "digits"
IMAGES = DIGITS / "test_x_u8.npy"
NETWORK = DIGITS / "digits.onnx"

NOT_FINITE = ["nan", "inf", "-inf", "1e400"]
NO_NUMBER = ["", "x", "1x", "1 2"]
ANY = NOT_FINITE + NO_NUMBER
FACTOR = ANY + ["0"]
POSITIVE = FACTOR + ["-1"]
COUNT = POSITIVE + ["0.5", "99999999999999999999999"]

RUN = ["crania-run", folder / "net.crania", f"--images={IMAGES}", "--limit=2"]
COMPILE = ["crania-compile", NETWORK, "-o", folder / "out"]
CALIBRATED = COMPILE + ["--precision=i8", f"--calibrate={IMAGES}"]


def without(values, *allowed):
    return [value for value in values if value not in allowed]


def passes(name, option, more="", module="net.mlir", before=()):
    """Returns a command line of crania-opt with a pass and an option of it. The pass runs on
    `module` after the passes `before`."""
    return (["crania-opt", folder / module, "-o", folder / "out", *before],
            lambda value: f"--{name}={more} {option}={value}")


def cluster_calibrated(option, *more):
    if option != "limit":
        more = ("limit=2", *more)
    return passes("crania-cluster-calibrated", option, " ".join((CALIBRATE, *more)),
                  before=["--crania-check-classifiers"])


def flag(base, option, prefix=""):
    return base, lambda value: f"--{option}={prefix}{value}"


CALIBRATE = f"images={IMAGES}"
# Command and option: rejected values, and an accepted one.
TABLE = {
    "run input-scale": (*flag(RUN, "input-scale"), FACTOR, "0.5"),
    "run input-mean": (*flag(RUN, "input-mean"), ANY, "-0.5"),
    "run input-std": (*flag(RUN, "input-std"), FACTOR, "2"),
    "run limit": (*flag(RUN[:-1], "limit"), COUNT, "2"),
    "run skip": (*flag(RUN, "skip"), without(COUNT, "0"), "2"),
    "run max-loss": (*flag(RUN, "max-loss"), ANY + ["-1", "101"], "0"),
    "run threads": (*flag(RUN, "threads"), COUNT + ["1025"], "2"),
    "run sweep": (*flag(RUN, "sweep"), COUNT + ["4097"], "2"),
    "run flush-us": (*flag(RUN, "flush-us"), POSITIVE + ["1e13"], "10"),
    "run arrivals": (*flag(RUN, "arrivals", "poisson:"), POSITIVE + ["1e10"], "10"),
    "compile clusters": (*flag(COMPILE, "clusters"), POSITIVE + [".5,", ".5,nan"], ".5,.5"),
    "compile equal": (*flag(COMPILE, "clusters", "equal:"), COUNT, "2"),
    "compile kmeans": (*flag(COMPILE, "clusters", "kmeans:"), COUNT, "2"),
    "compile exit": (*flag(COMPILE, "exit", "margin:"), without(ANY, "inf") + ["-1", "2"], "0.5"),
    "compile exit-histogram": (*flag(COMPILE, "exit-histogram"),
                               ["nan,0,0,1", "inf,0,0,1", "-1,0,1,1", "0,0,0,0", "1x,0,0,0",
                                ",0,0,1", "1,0,0"], "0,0,0,1"),
    "compile share-weights": (*flag(COMPILE, "share-weights"), COUNT + ["257"], "16"),
    "compile calibrate-limit": (*flag(CALIBRATED, "calibrate-limit"), COUNT, "2"),
    "compile max-loss": (*flag(COMPILE + [f"--calibrate={IMAGES}", "--calibrate-limit=2"],
                               "max-loss"), ANY + ["-1", "101"], "0"),
    "compile cluster-limit": (*flag(CALIBRATED + ["--scheme=residual", "--calibrate-limit=2"],
                                    "cluster-limit"), without(COUNT, "0"), "2"),
    "compile steps": (*flag(CALIBRATED + ["--scheme=residual", "--cluster-limit=2"], "steps"),
                      POSITIVE + ["1,1"], "1"),
    "compile calibrate-rule": (*flag(CALIBRATED + ["--calibrate-limit=2"], "calibrate-rule",
                                     "percentile:"), POSITIVE + ["101"], "99"),
    "compile input-scale": (*flag(CALIBRATED, "input-scale"), FACTOR, "0.5"),
    "compile input-mean": (*flag(CALIBRATED, "input-mean"), ANY + [",1", "1,"], "-0.5"),
    "compile input-std": (*flag(CALIBRATED, "input-std"), FACTOR, "2"),
    "calibrate scale": (*passes("crania-calibrate", "scale", CALIBRATE), FACTOR[:4] + ["0", "x"],
                        "0.5"),
    "calibrate mean": (*passes("crania-calibrate", "mean", CALIBRATE), NOT_FINITE + ["x"], "1"),
    "calibrate std": (*passes("crania-calibrate", "std", CALIBRATE), NOT_FINITE + ["0", "x"], "2"),
    "calibrate limit": (*passes("crania-calibrate", "limit", CALIBRATE), ["-1", "x", "0.5"], "2"),
    "cluster-calibrated scale": (*cluster_calibrated("scale", "steps=1"),
                                 FACTOR[:4] + ["0", "x"], "0.5"),
    "cluster-calibrated mean": (*cluster_calibrated("mean", "steps=1"), NOT_FINITE + ["x"], "1"),
    "cluster-calibrated std": (*cluster_calibrated("std", "steps=1"), NOT_FINITE + ["0", "x"], "2"),
    "cluster-calibrated limit": (*cluster_calibrated("limit", "steps=1"), ["-1", "x", "0.5"], "2"),
    "cluster-calibrated steps": (*cluster_calibrated("steps"),
                                 NOT_FINITE + ["0", "-1", "x", "1,1", "1,nan"], "2,1"),
    "cluster-calibrated balance": (*cluster_calibrated("balance", "steps=1"),
                                   NOT_FINITE + ["-1", "x"], "0"),
    "cluster-calibrated rate": (*cluster_calibrated("rate", "steps=1"), NOT_FINITE + ["-1", "x"], "0"),
    "cluster-calibrated min-weights": (*cluster_calibrated("min-weights", "steps=1"),
                                       ["-1", "x", "0.5"], "0"),
    "cluster-calibrated fractions": (*cluster_calibrated("fractions", "scheme=importance"),
                                     ["nan", "inf", "-1", "0", "x", ".5", "equal:0", "kmeans:0"],
                                     "equal:2"),
    "form-rounds exit": (*passes("crania-form-rounds", "exit", module="clustered.mlir"),
                         ["margin:nan", "margin:-inf", "margin:-1", "margin:2", "margin:", "margin:x",
                          "margin:.5,.5", "luck:.5", "x"], "margin:.5"),
    "schedule-fetches exit-histogram": (*passes("crania-schedule-fetches", "exit-histogram",
                                                module="encodings.mlir"),
                                        ["nan,1", "inf,0", "-1,2", "0,0", "x,1", "1", "1,0,0"], "0,1"),
    "schedule-fetches retain": (*passes("crania-schedule-fetches", "retain", module="encodings.mlir"),
                                ["2", "x", "nan"], "false"),
    "cluster-weights clusters": (*passes("crania-cluster-weights", "clusters"),
                                 ["nan", "inf", "-1", "0", "x", "equal:0", "kmeans:0"], "equal:2"),
    "share-weights entries": (*passes("crania-share-weights", "entries"), ["-1", "0", "257", "x"],
                            "16"),
}


def run(command, argument):
    out = folder / "out"
    out.unlink(missing_ok=True)
    result = subprocess.run([*command, argument], capture_output=True, text=True, check=False)
    return result, out.exists()


def main():
    wrong = []
    for name, (command, argument, refused, taken) in TABLE.items():
        result, _ = run(command, argument(taken))
        if result.returncode != 0:
            wrong.append(f"{name}: {argument(taken)} is refused: {result.stderr}")
        option = argument("").split("=")[0] if command[0] != "crania-opt" else ""
        for value in refused:
            result, wrote = run(command, argument(value))
            error = result.stderr
            named = option.lstrip("-") in error and "rror" in error or "for the -" in error
            if result.returncode != 1 or wrote or not named:
                wrong.append(f"{name}: {argument(value)}: exit code {result.returncode}, "
                             f"output {wrote}: {error}")
    sys.exit("\n".join(wrong) or 0)


main()
