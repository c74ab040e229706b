#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Simulates a module of rtl/ with Icarus Verilog and checks its outputs.

usage: rtl/simulate.py MODULE [--segments=FILE] [--seed=N] [--no-stalls] [--flip]
                       [--netlist] [--runs=N]

MODULE is one of pe_dense, pe_sparse, loader_plain, unpack_fixed, lane_huffman,
lane_tans, lane_golomb and bitmap_unit. Decoders decode the segments of FILE,
which the tool rtl-segments wrote, and must give what the C++ codecs give. The
PEs compute random tiles. Prints a line per run, and exits with 1 if an output
is wrong.
--no-stalls  no side of a decoder stalls; also prints the cycles by the formula
             of the codec
--flip       inverts a bit of an expected output, so that each run must fail
--netlist    simulates the cells that Yosys makes of the module instead
--runs       simulates only the first N runs
"""
import argparse
import collections
import itertools
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import synthesize
import vectors

RTL = pathlib.Path(__file__).resolve().parent

# The key of a run for the cycles of its blocks by the formula of the C++ codec
# (decodeCycles): one per symbol of a lane, unless a decoder says otherwise.
MODEL_CYCLES = "MODEL_CYCLES"


def log2_up(value):
    """Returns the bits of a number below `value`, at least 1."""
    return max(1, (value - 1).bit_length())


def write_hex(path, values):
    path.write_text("".join(f"{value:x}\n" for value in values))


class Lanes:
    """The cases of a bench with one stream: words of `width` bits, and outputs."""

    def __init__(self, width):
        self.width, self.stream, self.expected, self.cases = width, [], [], []

    def add(self, data, outputs, argument=0):
        if not outputs:
            return
        self.cases += [len(self.stream), len(self.expected), len(outputs), argument]
        size = self.width // 8
        padded = data + bytes(-len(data) % size + 2 * size)
        self.stream += [int.from_bytes(padded[i:i + size], "little")
                        for i in range(0, len(padded), size)]
        self.expected += outputs

    def write(self, folder):
        for name in ("stream", "expected", "cases"):
            write_hex(folder / f"{name}.hex", getattr(self, name))

    def parameters(self, out):
        return {"WIDTH": self.width, "OUT": out, "CASES": len(self.cases) // 4,
                "STREAM": len(self.stream), "EXPECTED": len(self.expected),
                MODEL_CYCLES: len(self.expected)}


def cell_models():
    """Returns Verilog modules for the cells of the library."""
    modules = []
    for name, body in re.findall(r"cell \((\w+)\) \{(.*?)\n  \}", synthesize.LIBRARY.read_text(),
                                 re.S):
        inputs = re.findall(r"pin \((\w+)\) \{ direction : input", body)
        outputs = re.findall(r'pin \((\w+)\) \{ direction : output; function : "(.*?)"', body)
        lines = [f"module {name} ({', '.join(inputs + [pin for pin, _ in outputs])});",
                 f"input {', '.join(inputs)};"]
        if name == "DFF_X1":
            lines += ["output reg Q; output QN;", "assign QN = ~Q;",
                      "always @(posedge CK) Q <= D;"]
        elif name == "DLH_X1":
            lines += ["output reg Q;", "always @* if (G) Q = D;"]
        else:
            lines += [f"output {pin}; assign {pin} = {function.replace('!', '~')};"
                      for pin, function in outputs]
        modules.append("\n".join(lines + ["endmodule", ""]))
    return "\n".join(modules)


def module_parameters(module, parameters):
    """Returns the parameters that the bench gives to its module."""
    if module == "loader_plain":
        return {"BYTES": parameters["WIDTH"] // 8, "GROUP": 14}
    if module == "lane_golomb":
        return {"POSITION": parameters["OUT"]}
    names = {"unpack_fixed": ["WIDTH"], "lane_huffman": ["LONGEST", "SYMBOL"],
             "lane_tans": ["STATE", "SYMBOL", "EXTRA"], "bitmap_unit": ["LANES"]}
    result = {name: parameters[name]
              for name in names.get(module, ["WORD", "SUM", "DEPTH", "COPIES"])}
    return result | ({"WORD": 8} if module == "lane_tans" else {})


def write_netlist(module, parameters, folder):
    """Synthesizes a module. Returns its file, which also has the cells."""
    path = folder / "netlist.v"
    given = module_parameters(module, parameters)
    synthesize.synthesize(module, given, path)
    # The bench names parameters, which a netlist does not have.
    declared = "".join(f"  parameter {name} = {value};\n" for name, value in given.items())
    text = re.sub(rf"(module {module}\(.*?\);\n)", lambda match: match[1] + declared,
                  path.read_text(), count=1, flags=re.S)
    path.write_text(text + cell_models())
    return path


def run(module, parameters, folder, is_netlist):
    """Compiles and runs the bench of a module. Returns its last line."""
    sources = ([str(write_netlist(module, parameters, folder))] if is_netlist else
               sorted(str(path) for path in RTL.glob("*.v") if path.name != "cells45_map.v"))
    command = ["iverilog", "-g2005", "-Wall", "-Wno-timescale", "-s", "bench",
               f"-I{RTL / 'bench'}", "-o", str(folder / "bench"),
               *[f"-Pbench.{name}={value}" for name, value in parameters.items()],
               str(RTL / "bench" / f"{module}_bench.v"), *sources]
    compiled = subprocess.run(command, capture_output=True, text=True)
    if compiled.returncode or compiled.stderr:
        sys.exit(f"simulate.py: {' '.join(command)}\n{compiled.stderr}")
    ran = subprocess.run(["vvp", "-N", "bench"], cwd=folder, capture_output=True, text=True)
    lines = (ran.stdout + ran.stderr).splitlines()
    for line in lines[:-1]:
        print(line)
    return lines[-1] if lines else "FAIL no output"


def value_streams(segment, block, tables):
    """Returns, for each lane, its stream and the values that it has."""
    lanes = 1 << tables
    streams = vectors.split_streams(block.data, lanes)
    return [(stream, block.values[lane::lanes]) for lane, stream in enumerate(streams)]


def lanes_of_dense(segment):
    bits = vectors.Bits(segment.tables)
    return bits.read(3), bits


def symbols_of(alphabet, values):
    """Returns the symbol of each value. No symbol may stand for several words."""
    symbol_of = {word: symbol for symbol, word in enumerate(alphabet.words)}
    return [symbol_of[value] for value in values]


def unpack_fixed(segment, folder, _):
    if not segment.has("dense", "codebook"):
        return None
    lane_log, bits = lanes_of_dense(segment)
    alphabet = vectors.read_alphabet(bits)
    length = (alphabet.symbols - 1).bit_length()
    cases = Lanes(8 if length <= 8 else 16)
    for block in segment.blocks:
        for stream, values in value_streams(segment, block, lane_log):
            cases.add(stream, symbols_of(alphabet, values))
    cases.write(folder)
    return cases.parameters(cases.width) | {"LENGTH": length}


def lane_huffman(segment, folder, _):
    if not segment.has("dense", "huffman"):
        return None
    lane_log, bits = lanes_of_dense(segment)
    alphabet = vectors.read_alphabet(bits)
    code = vectors.read_huffman(bits, alphabet.symbols)
    if alphabet.extras or alphabet.low_bits or code.only >= 0:
        return None  # the lane has no uncoded bits
    symbol_bits = log2_up(alphabet.symbols)
    cases = Lanes(8 if code.longest <= 8 else 16)
    for block in segment.blocks:
        for stream, values in value_streams(segment, block, lane_log):
            cases.add(stream, symbols_of(alphabet, values))
    cases.write(folder)
    write_hex(folder / "table.hex",
              [length << symbol_bits | symbol for length, symbol in code.entries()])
    return cases.parameters(symbol_bits) | {"LONGEST": code.longest, "SYMBOL": symbol_bits}


def lane_tans(segment, folder, _):
    if not segment.has("dense", "tans"):
        return None
    lane_log, bits = lanes_of_dense(segment)
    alphabet = vectors.read_alphabet(bits)
    code = vectors.read_tans(bits, alphabet.symbols)
    if code.log == 0:
        return None  # a single symbol takes no bits
    symbol_bits, count_bits = log2_up(alphabet.symbols), code.log.bit_length()
    uncoded = [extra + alphabet.low_bits for extra in alphabet.extras or [0] * alphabet.symbols]
    extra = max(uncoded)
    total = code.log + extra
    cases = Lanes(8 if total <= 8 else 16 if total <= 16 else 32)
    ranks = len(alphabet.words)
    steps = [(b - a) % (256 >> alphabet.low_bits)
             for a, b in zip(alphabet.words, alphabet.words[1:])]
    has_gaps = any(step != 1 for step in steps)
    if extra and has_gaps:
        return None  # ranks become words by a table behind the lane
    for block in segment.blocks:
        for stream, values in value_streams(segment, block, lane_log):
            cases.add(stream, values if extra else symbols_of(alphabet, values))
    cases.write(folder)
    table = []
    for is_first, symbol, count, base in code.entries():
        entry = is_first << symbol_bits | symbol
        table.append((entry << count_bits | count) << code.log | base)
    write_hex(folder / "table.hex", table)
    symbols = [count << 8 | alphabet.firsts[i] << alphabet.low_bits
               for i, count in enumerate(uncoded)]
    write_hex(folder / "symbols.hex", symbols + [0] * ((1 << symbol_bits) - len(symbols)))
    assert ranks > 0
    return cases.parameters(8 if extra else symbol_bits) | {
        "STATE": code.log, "SYMBOL": symbol_bits, "EXTRA": extra,
        "FIRST_WORD": alphabet.words[0] << alphabet.low_bits}


def lane_golomb(segment, folder, _):
    if not segment.has("golomb", "raw"):
        return None
    bits = vectors.Bits(segment.tables)
    position_log, value_log, low_bits = bits.read(3), bits.read(3), bits.read(4)
    if position_log:
        return None  # positions of several lanes are sums over the lanes
    cases = Lanes(16)
    for block in segment.blocks:
        streams = vectors.split_streams(block.data, 1 + (1 << value_log))
        held = list(block.present)
        if not held or held[-1] + 1 < block.positions:
            held.append(block.positions)  # the gap to the end
        cases.add(streams[0], held)
    cases.write(folder)
    steps = sum(len(block.present) + 1 +
                (block.positions - len(block.present) >> low_bits) // 16
                for block in segment.blocks)
    return cases.parameters(17) | {"LOW_BITS": low_bits, MODEL_CYCLES: steps}


def loader_plain(segment, folder, generator):
    if segment.id != "raw":
        return None
    width = 64
    cases = Lanes(width)
    for block in segment.blocks:
        data, size = bytes(block.values), width // 8
        assert data == block.data, "raw blocks are their words"
        data += bytes(-len(data) % size)
        skip = generator.randrange(size)
        before = bytes(generator.randrange(256) for _ in range(skip))
        cases.add(before + data, [int.from_bytes(data[i:i + size], "little")
                                  for i in range(0, len(data), size)], skip)
    cases.write(folder)
    return cases.parameters(width)


def bitmap_unit(segment, folder, _):
    if segment.id != "bitmap":
        return None
    return (bitmap_run(segment, folder, lanes) for lanes in (1, 2, 4, 8))


def bitmap_run(segment, folder, lanes):
    """Writes the files of a run of a bitmap unit, and returns its parameters."""
    group_positions, position_bits = 8 * lanes, 3 + lanes.bit_length() - 1
    cases, words = Lanes(8 * lanes), []
    for block in segment.blocks:
        map_bytes = (block.positions + 7) // 8
        argument = len(words)
        data = block.data[map_bytes:]
        data += bytes(-len(data) % lanes + 2 * lanes)
        words += [int.from_bytes(data[i:i + lanes], "little")
                  for i in range(0, len(data), lanes)]
        groups = collections.defaultdict(list)
        for position, value in zip(block.present, block.values):
            groups[position // group_positions].append((position % group_positions, value))
        outputs = []
        for group, entries in sorted(groups.items()):
            for first in range(0, len(entries), lanes):
                output = group << lanes * (9 + position_bits)
                for lane, (position, value) in enumerate(entries[first:first + lanes]):
                    entry = (1 << position_bits | position) << 8 | value
                    output |= entry << lane * (9 + position_bits)
                outputs.append(output)
        cases.add(block.data[:map_bytes], outputs, argument)
    cases.write(folder)
    write_hex(folder / "words.hex", words)
    return cases.parameters(14 + lanes * (9 + position_bits)) | {
        "LANES": lanes, "WORDS": len(words),
        MODEL_CYCLES: sum(max(-(-block.positions // group_positions),
                              -(-len(block.values) // lanes)) for block in segment.blocks)}


def write_tiles(folder, generator, word, depth, tiles, pixels, is_sparse):
    """Writes random tiles for a PE, and the sums that it must compute."""
    total = {8: 32, 16: 48, 32: 64}[word]
    low, high = -(1 << (word - 1)), (1 << (word - 1)) - 1

    def number():
        return generator.choice([low, high, 0, generator.randint(low, high)])

    entries, inputs, starts, expected = [], [], [], []
    for _ in range(tiles):
        held = list(range(depth))
        if is_sparse:
            held = sorted(generator.sample(held, generator.randint(0, depth)))
        weights = [number() for _ in held]
        slots = [(index << word if is_sparse else 0) | weight % (1 << word)
                 for index, weight in zip(held, weights)]
        entries += slots + [0] * (depth - len(slots))
        for _ in range(pixels):
            x = [number() for _ in range(depth)]
            start = generator.getrandbits(total)
            products = sum(weight * x[index] for index, weight in zip(held, weights))
            inputs += [value % (1 << word) for value in x]
            starts.append(start)
            expected.append((start + products) % (1 << total))
    for name, values in [("weights", entries), ("inputs", inputs), ("starts", starts),
                         ("expected", expected)]:
        write_hex(folder / f"{name}.hex", values)
    return {"WORD": word, "SUM": total, "DEPTH": depth, "TILES": tiles, "PIXELS": pixels}


def flip_bit(path, generator):
    values = [int(line, 16) for line in path.read_text().split()]
    values[generator.randrange(len(values))] ^= 1
    write_hex(path, values)


DECODERS = [loader_plain, unpack_fixed, lane_huffman, lane_tans, lane_golomb, bitmap_unit]
PES = {"pe_dense": [1, 2, 4, 16], "pe_sparse": [2, 4, 16]}


def pe_runs(module, generator, folder):
    """Yields the parameters of runs of a PE, after it wrote their files."""
    for word in (8, 16, 32):
        for depth in PES[module]:
            for copies in (1, 2):
                yield write_tiles(folder, generator, word, depth, 8, 6,
                                  module == "pe_sparse") | {"COPIES": copies}


def decoder_runs(module, generator, folder, path):
    decoder = {function.__name__: function for function in DECODERS}[module]
    for segment in vectors.read_segments(path):
        parameters = decoder(segment, folder, generator)
        if isinstance(parameters, dict):
            yield parameters
        elif parameters:
            yield from parameters


def main():
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", choices=[*PES, *[f.__name__ for f in DECODERS]])
    parser.add_argument("--segments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-stalls", action="store_true")
    parser.add_argument("--flip", action="store_true")
    parser.add_argument("--netlist", action="store_true")
    parser.add_argument("--runs", type=int)
    arguments = parser.parse_args()
    module, generator = arguments.module, random.Random(arguments.seed)
    if (module in PES) == bool(arguments.segments):
        parser.error("decoders need --segments, and PEs have none")
    failed = count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        runs = (pe_runs(module, generator, folder) if module in PES else
                decoder_runs(module, generator, folder, arguments.segments))
        for parameters in itertools.islice(runs, arguments.runs):
            model = parameters.pop(MODEL_CYCLES, None)
            if module not in PES:
                parameters["STALLS"] = int(not arguments.no_stalls)
            if arguments.flip:
                flip_bit(folder / "expected.hex", generator)
            result = run(module, parameters, folder, arguments.netlist)
            shown = " ".join(f"{name}={value}" for name, value in parameters.items()
                             if name not in ("CASES", "STREAM", "EXPECTED", "OUT", "WORDS"))
            if arguments.no_stalls and model:
                result += f", {model} by the formula of the codec"
            print(f"{module} {shown}: {result}")
            failed += not result.startswith("PASS")
            count += 1
    if count == 0:
        sys.exit(f"simulate.py: no segment of {arguments.segments} suits {module}")
    print(f"{count - failed} of {count} runs passed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
