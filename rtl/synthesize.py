#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Synthesizes the modules of rtl/ with Yosys to the cells of cells45.lib.

usage: rtl/synthesize.py [--write | --check [--all]] [MODULE [NAME=VALUE...]]

Prints the area of MODULE with these parameters, or of every point of the grid
(of MODULE, if there is one).
--write  also writes the areas of the grid to areas.json
--check  synthesizes the first point of each module, or with --all every point,
         and exits with 1 if an area differs from areas.json by more than 1 %
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

RTL = pathlib.Path(__file__).resolve().parent
LIBRARY = RTL / "cells45.lib"
AREAS = RTL / "areas.json"

# The mapper of gates minimizes area. Delays play no part.
MAPPER = "+strash;ifraig;scorr;dc2;dc2;dch,-f;amap,-m;topo"


def grid():
    """Yields each point: a module and its parameters. Small points come first."""
    for bits in (8, 16, 32, 48, 64):
        yield "adder", {"BITS": bits}
    for word, total in [(8, 32), (16, 48), (32, 64)]:
        yield "mac", {"WORD": word, "SUM": total}
    for word, total in [(8, 32), (16, 48)]:
        for depth in (1, 4, 16, 64):
            for copies in (1, 2):
                yield "pe_dense", {"WORD": word, "SUM": total, "DEPTH": depth, "COPIES": copies}
    for word, total in [(8, 32), (16, 48)]:
        for depth in (4, 16):
            for copies in (1, 2):
                yield "pe_sparse", {"WORD": word, "SUM": total, "DEPTH": depth, "COPIES": copies}
    for size in (4, 8, 16, 32):
        yield "loader_plain", {"BYTES": size}
    for width in (8, 16, 32):
        yield "window", {"WIDTH": width}
    for width in (8, 16):
        yield "unpack_fixed", {"WIDTH": width}
    for longest in (6, 8, 12):
        for symbol in (4, 8):
            yield "lane_huffman", {"LONGEST": longest, "SYMBOL": symbol}
    for state in (4, 6, 8, 10, 12):
        for symbol in (4, 8):
            yield "lane_tans", {"STATE": state, "SYMBOL": symbol, "EXTRA": 0}
    for state in (4, 6, 8):
        for extra in (2, 3, 5):
            yield "lane_tans", {"STATE": state, "SYMBOL": 4, "EXTRA": extra}
    yield "lane_golomb", {"POSITION": 17}
    for word in (8, 16):
        for lanes in (1, 2, 4, 8, 16):
            yield "bitmap_unit", {"LANES": lanes, "WORD": word}
    for entries in (4, 16, 64, 256):
        for bits in (8, 17):
            yield "register_file", {"ENTRIES": entries, "BITS": bits}


def script(module, parameters):
    sources = " ".join(str(path) for path in sorted(RTL.glob("*.v"))
                       if path.name != "cells45_map.v")
    values = " ".join(f"-set {name} {value}" for name, value in parameters.items())
    return f"""
read_verilog -defer {sources}
{f"chparam {values} {module}" if values else ""}
hierarchy -check -top {module}
proc
flatten
opt_expr
opt_clean
check -assert
opt -nodffe -nosdff
wreduce
peepopt
opt_clean
# Products and sums become rows of full adders; registers get their enables.
alumacc
opt -nosdff
memory -nomap
opt_clean
opt -fast -full -nosdff
memory_map
opt -full -nosdff
opt_dff -nosdff
maccmap
opt -fast -nosdff
techmap -map {RTL / "cells45_map.v"}
opt -fast -nosdff
simplemap
techmap
opt -fast -nosdff
dfflegalize -cell $_DFF_P_ x
opt_clean
dfflibmap -liberty {LIBRARY}
opt_clean
abc -liberty {LIBRARY} -script {MAPPER}
opt_clean -purge
read_liberty -lib -overwrite -ignore_miss_func {LIBRARY}
check -assert -mapped
stat -liberty {LIBRARY}
"""


def synthesize(module, parameters, netlist=None):
    """Returns the area in um2 and the numbers of some cells. Writes the netlist, if asked to."""
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "run.ys"
        text = f"read_liberty -lib -ignore_miss_func {LIBRARY}\n" + script(module, parameters)
        if netlist:
            text += f"write_verilog -noattr -noexpr {netlist}\n"
        path.write_text(text)
        ran = subprocess.run(["yosys", "-Q", "-T", str(path)], cwd=name, capture_output=True,
                             text=True)
    if ran.returncode:
        sys.exit(f"synthesize.py: Yosys fails on {module} {parameters}\n{ran.stdout[-2000:]}"
                 f"{ran.stderr}")
    report = ran.stdout[ran.stdout.rindex("Printing statistics"):]
    area = re.search(r"Chip area for module '.*': ([0-9.]+)", report)
    cells = {name: int(count) for name, count in re.findall(r"^ +(\w+_X1) +(\d+)$", report, re.M)}
    total = int(re.search(r"Number of cells: +(\d+)", report).group(1))
    if "unknown area" in report or total != sum(cells.values()):
        sys.exit(f"synthesize.py: {module} {parameters} has cells that the library lacks\n{report}")
    return {"um2": round(float(area.group(1)), 3), "flip_flops": cells.get("DFF_X1", 0),
            "latches": cells.get("DLH_X1", 0), "full_adders": cells.get("FA_X1", 0)}


def shown(module, parameters):
    return " ".join([module, *[f"{name}={value}" for name, value in parameters.items()]])


def read_areas():
    return json.loads(AREAS.read_text())["areas"]


def write_areas(entries):
    version = subprocess.run(["yosys", "-V"], capture_output=True, text=True).stdout.strip()
    head = {"command": "rtl/synthesize.py --write", "synthesizer": version,
            "library": "rtl/cells45.lib"}
    lines = ",\n".join("    " + json.dumps(entry) for entry in entries)
    fields = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    AREAS.write_text(f"{{\n{fields}  \"areas\": [\n{lines}\n  ]\n}}\n")


def check(points):
    """Synthesizes points again. Returns True if all areas are within 1 % of areas.json."""
    known = {shown(entry["module"], entry["parameters"]): entry["um2"] for entry in read_areas()}
    good = True
    for module, parameters in points:
        name = shown(module, parameters)
        um2 = synthesize(module, parameters)["um2"]
        before = known.get(name)
        is_near = before is not None and abs(um2 / before - 1) <= 0.01
        print(f"{name}: {um2:.1f} um2, in areas.json {before}: {'ok' if is_near else 'DIFFERS'}",
              flush=True)
        good &= is_near
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("module", nargs="?")
    parser.add_argument("parameters", nargs="*")
    arguments = parser.parse_args()
    points = [point for point in grid() if arguments.module in (None, point[0])]
    if not points and not (RTL / f"{arguments.module}.v").exists():
        parser.error(f"there is no module '{arguments.module}'")
    if arguments.parameters:
        points = [(arguments.module, dict(item.split("=", 1) for item in arguments.parameters))]
    if arguments.check:
        first = {}
        for module, parameters in points:
            first.setdefault(module, parameters)
        sys.exit(not check(points if arguments.all else first.items()))
    if arguments.write and (arguments.module or arguments.parameters):
        parser.error("--write writes the whole grid")
    entries = []
    for module, parameters in points:
        entry = {"module": module, "parameters": parameters} | synthesize(module, parameters)
        entries.append(entry)
        print(f"{shown(module, parameters)}: {entry['um2']:.1f} um2, "
              f"{entry['flip_flops']} flip-flops, {entry['full_adders']} full adders", flush=True)
    if arguments.write:
        write_areas(entries)


if __name__ == "__main__":
    main()
