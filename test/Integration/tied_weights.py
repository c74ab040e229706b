# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir
"""Layers with tied weights: one copy in the image, and the answers of two copies.

A network is compiled up to its plan. The image of this plan is compared with that of
the same plan in which every segment has an address of its own. Weights are tied as one
initializer that two nodes read, and as two equal ones.
"""

import dataclasses
import json
import re

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from preprocessing import Convention
from tools import classify, expect, expect_error, main_of, run_tool

WIDTH, CLASSES, IMAGES = 128, 5, 12
BURST = 64
# A layer in f32 and a quarter: no room for two, even if they are encoded.
CACHE = WIDTH * WIDTH * 5
CONVENTION = Convention(layout="auto")
PLAN = ("--crania-assign-encodings", "--crania-schedule-fetches", "--crania-place-segments")
ADDRESS = re.compile(r"bytes = (\d+)([^<>]*?), address = (\d+)")
SEGMENTS_AT_ONE_ADDRESS = 16
# The other layers and parameters are a fraction of this of the tied ones.
REST = 0.06


@dataclasses.dataclass
class Network:
    """A chain of dense layers of equal width with tied weights, and a classifier."""

    layers: int
    width: int = WIDTH
    one_initializer: bool = True

    def __post_init__(self):
        rng = np.random.default_rng(self.layers)
        self.weights = (rng.standard_normal((self.width, self.width))
                        * np.sqrt(2 / self.width)).astype(np.float32)
        self.biases = rng.normal(0, 0.1, (self.layers, self.width)).astype(np.float32)
        # Small logits, so that images exit in different rounds.
        self.head = rng.normal(0, 0.2, (self.width, CLASSES)).astype(np.float32)
        self.images = rng.standard_normal((IMAGES, self.width)).astype(np.float32)

    def logits(self):
        x = self.images.astype(np.float64)
        for bias in self.biases:
            x = np.maximum(x @ self.weights + bias, 0)
        return x @ self.head

    def write(self, folder):
        constants, nodes, value = [numpy_helper.from_array(self.head, "head")], [], "x"
        for i, bias in enumerate(self.biases):
            name = "w" if self.one_initializer else f"w{i}"
            if i == 0 or not self.one_initializer:
                constants.append(numpy_helper.from_array(self.weights, name))
            constants.append(numpy_helper.from_array(bias, f"b{i}"))
            nodes += [helper.make_node("Gemm", [value, name, f"b{i}"], [f"s{i}"]),
                      helper.make_node("Relu", [f"s{i}"], [f"r{i}"])]
            value = f"r{i}"
        nodes.append(helper.make_node("MatMul", [value, "head"], ["y"]))

        def tensor(name, shape):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(nodes, "tied", [tensor("x", [1, self.width])],
                                  [tensor("y", [1, CLASSES])], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.save(model, folder / "net.onnx")
        np.save(folder / "x.npy", self.images)
        return folder / "net.onnx"


def plan_of(network, folder, clusters, target, precision="f32"):
    """The text of the module with its plan."""
    module, planned = folder / "net.mlir", folder / "planned.mlir"
    run_tool("crania-translate", "--import-onnx", network.write(folder), "-o", module)
    passes = ["--crania-check-classifiers"]
    if precision != "f32":
        passes += [f"--crania-calibrate=images={folder / 'x.npy'}",
                   f"--crania-quantize-classifiers=precision={precision}"]
    run_tool("crania-opt", module, *passes, f"--crania-attach-target=target={target}",
             f"--crania-cluster-weights=clusters={clusters}",
             "--crania-form-rounds=exit=softmax:0.5", *PLAN, "-o", planned)
    return planned.read_text()


def with_own_addresses(planned):
    """The plan with an address for each segment, one behind the other."""
    next_address = 0

    def replace(match):
        nonlocal next_address
        address = next_address
        next_address = (address + int(match[1]) + BURST - 1) // BURST * BURST
        return f"bytes = {match[1]}{match[2]}, address = {address}"

    return ADDRESS.sub(replace, planned)


def lower(planned, folder, name):
    source, module, binary = (folder / f"{name}{suffix}" for suffix in (".mlir", ".hw.mlir", ".crania"))
    source.write_text(planned)
    run_tool("crania-opt", source, "--convert-crania-to-hw", "-o", module)
    run_tool("crania-translate", "--crania-to-binary", module, "-o", binary)
    return binary


def image_bytes(binary):
    return int(re.search(r"^image of \S+: (\d+) B", run_tool("crania-translate", "--dump-image", binary),
                         re.MULTILINE)[1])


def figures(answers):
    return answers.report["rows"][answers.report["program"]]


def check_copy(network, folder, clusters, target="edge", precision="f32"):
    """The tied network and its untied copy; returns the report of each."""
    planned = plan_of(network, folder, clusters, target, precision)
    tied = lower(planned, folder, "tied")
    copied = lower(with_own_addresses(planned), folder, "copied")
    share = image_bytes(tied) / image_bytes(copied)
    least = 1 / network.layers
    expect(least < share < least + REST,
           f"{clusters}, {precision}: the image is {share:.3f} of one with {network.layers} copies")
    own, other = (classify(binary, folder / "x.npy", folder, CONVENTION) for binary in (tied, copied))
    expect((own.main.logits == other.main.logits).all(), f"{clusters}, {precision}: other logits")
    expect((own.main.exit_rounds == other.main.exit_rounds).all(), f"{clusters}: other exit rounds")
    return own, other


def check_answers(folder):
    """Logits are NumPy's, and ties do not depend on how the file says them."""
    networks = [Network(2, one_initializer=one) for one in (True, False)]
    for network in networks:
        own, other = check_copy(network, folder, "1")
        expect(np.allclose(own.main.logits, network.logits(), rtol=1e-4, atol=1e-4), "not NumPy's logits")
        own, other = figures(own), figures(other)
        # What is streamed twice is read twice.
        for key in ("dram_bytes", "weight_bytes_by_cluster", "bound_energy_pj"):
            expect(own[key] == other[key], f"{key} is {own[key]}, {other[key]} of the copy")


def check_clusters(folder):
    for clusters, precision in ((".1,.2,.3,.4", "f32"), (".2,.8", "i8")):
        own, _ = check_copy(Network(2), folder, clusters, precision=precision)
        expect(len(np.unique(own.main.exit_rounds)) > 1, "all images exit in one round")


def check_cache(folder):
    """A cache that holds the tied layer serves both of its uses."""
    target = folder / "cache.json"
    target.write_text(json.dumps({"name": "cached", "weight_store": {
        "policy": "lru", "bytes": CACHE, "line_bytes": 64, "ways": 4}}))
    own, other = map(figures, check_copy(Network(2), folder, "1", target))
    share = own["dram_bytes_by_purpose"]["weights"] / other["dram_bytes_by_purpose"]["weights"]
    # One copy is read for the first image only, two are read for every image.
    expect(share < (1 + REST) / (2 * IMAGES), f"a cache reads {share:.3f} of what it reads for two copies")
    for row in (own, other):
        expect(row["bound_energy_pj"] <= row["energy_pj"], "the machine beats its bound")


def check_many(folder):
    """The seventeenth layer begins a second copy, and no address may have so many."""
    network = Network(SEGMENTS_AT_ONE_ADDRESS + 2, width=16)
    planned = plan_of(network, folder, "1", "edge")
    of_layers = [match for match in ADDRESS.finditer(planned)][:network.layers]
    addresses = [int(match[3]) for match in of_layers]
    counts = sorted(addresses.count(address) for address in set(addresses))
    expect(counts == [2, SEGMENTS_AT_ONE_ADDRESS], f"segments share addresses by {counts}")
    answers = classify(lower(planned, folder, "many"), folder / "x.npy", folder, CONVENTION)
    expect(np.allclose(answers.main.logits, network.logits(), rtol=1e-3, atol=1e-3), "many: other logits")

    crowd = folder / "crowd.mlir"
    second = next(address for address in addresses if address != addresses[0])
    crowd.write_text(planned.replace(f"address = {second}>", f"address = {addresses[0]}>"))
    for step in ("--crania-place-segments",), ("--convert-crania-to-hw", "--crania-hw-verify-program"):
        message = expect_error("crania-opt", crowd, *step)
        expect(f"no more than {SEGMENTS_AT_ONE_ADDRESS} may be" in message, f"{step}: {message}")


def check(folder):
    for part in (check_answers, check_clusters, check_cache, check_many):
        part(folder)
        print("ok", part.__name__)


if __name__ == "__main__":
    main_of(check)
