#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares closed forms for the areas of rtl/ with areas.json.

usage: rtl/formulas.py

Prints each point with its area by synthesis and by formula. Exits with 1 if a
formula is off by more than 10 %. The formulas are proposals for the cost model:
cells times their numbers, which follow from the structure of a module. Only the
constants below were fitted.
"""
import json
import math
import pathlib
import sys

AREAS = pathlib.Path(__file__).resolve().parent / "areas.json"

# Areas of cells in um2, of NanGate's library.
FLIP_FLOP, FULL_ADDER, GATE = 4.522, 4.256, 0.798
# Fitted: a 2:1 multiplexer in a shifter, and in the port of a register file. The
# mapper merges them, so that they take less than a MUX2_X1 (1.862).
SHIFT_MUX, PORT_MUX = 1.50, 1.65
# Fitted: the gate of a word's clock and its share of the address decoder.
WORD_GATE = 5.7
# Fitted: carry, states and handshake of a window, in 2-input NAND gates.
WINDOW_GATES = 40
# By synthesis: a multiplier and the adder of the sum.
MAC = {8: 477.2, 16: 1649.7, 32: 5945.1}


def log2(value):
    return int(math.log2(value))


def shifter_muxes(width, peek):
    """Returns the multiplexers of a shift by up to width - 1 that keeps `peek` units."""
    return peek * log2(width) + width - 1 - log2(width)


def window(width, peek, unit=1):
    """A window of `width` units, of which the lane looks at `peek`."""
    return (FLIP_FLOP * (2 * width * unit + log2(width) + 2)
            + SHIFT_MUX * unit * shifter_muxes(width, peek) + GATE * WINDOW_GATES)


def width_for(step_bits):
    return next(width for width in (8, 16, 32) if width >= step_bits)


def adder(bits):
    return FULL_ADDER * (bits - 0.5)


def register_file(entries, bits):
    return (FLIP_FLOP * entries * bits + PORT_MUX * (entries - 1) * bits
            + WORD_GATE * entries)


def pe_dense(word, total, depth, copies):
    """MAC, input and sum registers, the choice of the sum, and the weights."""
    return (MAC[word] + FLIP_FLOP * (word + total) + SHIFT_MUX * total
            + register_file(copies * depth, word))


def pe_sparse(word, total, depth, copies):
    """Weights also have an index, and the inputs of two pixels are held."""
    return (MAC[word] + FLIP_FLOP * (word + total) + SHIFT_MUX * total
            + register_file(copies * depth, word + log2(depth))
            + register_file(2 * depth, word))


def loader_plain(size):
    counter_gates = 100
    return (FLIP_FLOP * (8 * size + 16) + SHIFT_MUX * 8 * shifter_muxes(size, size)
            + GATE * counter_gates)


def unpack_fixed(width):
    mask_gates = 2.75 * width
    return window(width, width) + GATE * mask_gates


def lane_huffman(longest):
    return window(width_for(longest), longest)


def lane_tans(state, extra):
    """A state register, and per bit the mask and the OR with the base."""
    area = (window(width_for(state + extra), state + extra)
            + FLIP_FLOP * (state + 1) + GATE * 6.25 * state)
    if extra:
        area += (SHIFT_MUX * state * extra.bit_length()  # moves the bits behind the extra ones
                 + FULL_ADDER * (8 + 3)                  # the first word; the bits of a step
                 + GATE * 4.5 * extra)                   # masks them
    return area


def lane_golomb():
    """Position and adder; the end of the unary part; two shifters; a mask."""
    return (window(16, 16) + FLIP_FLOP * 18 + FULL_ADDER * 21 + SHIFT_MUX * 120 + GATE * 130)


def bitmap_unit(lanes, word):
    """Bits, the ranks of the held ones, the encoders of positions, and a window of words."""
    bits = 8 * lanes
    ranks = bits * lanes * 1.6            # is it the k-th one
    encoders = lanes * log2(bits) * bits / 2 * 0.72
    area = (FLIP_FLOP * (bits + 15) + SHIFT_MUX * bits + GATE * 85
            + ranks + encoders)
    return area + (window(lanes, lanes, word) if lanes > 1 else 0)


def area_of(module, parameters):
    p = parameters
    if module == "adder":
        return adder(p["BITS"])
    if module == "mac":
        return MAC[p["WORD"]]
    if module in ("pe_dense", "pe_sparse"):
        return globals()[module](p["WORD"], p["SUM"], p["DEPTH"], p["COPIES"])
    if module == "loader_plain":
        return loader_plain(p["BYTES"])
    if module == "window":
        return window(p["WIDTH"], p["WIDTH"])
    if module == "unpack_fixed":
        return unpack_fixed(p["WIDTH"])
    if module == "lane_huffman":
        return lane_huffman(p["LONGEST"])
    if module == "lane_tans":
        return lane_tans(p["STATE"], p["EXTRA"])
    if module == "lane_golomb":
        return lane_golomb()
    if module == "bitmap_unit":
        return bitmap_unit(p["LANES"], p["WORD"])
    return register_file(p["ENTRIES"], p["BITS"])


def main():
    worst = 0
    for entry in json.loads(AREAS.read_text())["areas"]:
        formula = area_of(entry["module"], entry["parameters"])
        deviation = formula / entry["um2"] - 1
        worst = max(worst, abs(deviation))
        values = " ".join(f"{name}={value}" for name, value in entry["parameters"].items())
        print(f"{entry['um2']:9.0f} {formula:9.0f} {100 * deviation:+5.1f} % "
              f"{entry['module']} {values}")
    print(f"the largest deviation is {100 * worst:.1f} %")
    sys.exit(worst > 0.1)


if __name__ == "__main__":
    main()
