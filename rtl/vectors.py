# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads the tables and streams of encoded segments, as docs/Encodings.md specifies them.

This reader shares no code with lib/Encoding. It supports 8-bit words without
conditions.
"""
import dataclasses


class Bits:
    """A stream of bits, least significant bit first."""

    def __init__(self, data):
        self.value, self.at = int.from_bytes(data, "little"), 0

    def read(self, count):
        result = (self.value >> self.at) & ((1 << count) - 1)
        self.at += count
        return result


@dataclasses.dataclass
class Block:
    """A block of a segment: its bytes, and what they mean."""
    positions: int
    data: bytes
    present: list  # the held positions
    values: list


@dataclasses.dataclass
class Segment:
    id: str
    tables: bytes
    blocks: list

    def has(self, positions, values):
        return self.id == f"{positions}+{values}"


def read_segments(path):
    """Returns the segments of a file that the tool rtl-segments wrote."""
    segments = []
    for line in open(path):
        words = line.split()
        if words[0] == "segment":
            segments.append(Segment(words[1], bytes.fromhex(words[2][1:]), []))
        elif words[0] == "block":
            present = bytes.fromhex(words[3][1:])
            held = [i for i in range(int(words[1])) if present[i // 8] >> i % 8 & 1]
            values = list(bytes.fromhex(words[4][1:]))
            assert len(values) == len(held), "a word per held position"
            segments[-1].blocks.append(
                Block(int(words[1]), bytes.fromhex(words[2][1:]), held, values))
        else:
            raise ValueError(f"{path}: unknown line '{words[0]}'")
    return segments


def split_streams(data, count):
    """Returns the bytes of the streams of a block, which may have padding behind them."""
    sizes, at = [], 0
    while len(sizes) + 1 < (count + 1) // 2:
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        sizes.append(size)
    streams = []
    for size in sizes + [len(data) - at - sum(sizes)]:
        part = data[at:at + size]
        at += size
        streams += [part, part[::-1]]
    return streams[:count]


@dataclasses.dataclass
class Alphabet:
    words: list      # by rank, or by symbol if there are no extra bits
    low_bits: int
    extras: list     # by symbol; empty if each rank is a symbol
    firsts: list     # the first rank of each symbol

    @property
    def symbols(self):
        return len(self.firsts)


def read_alphabet(bits):
    conditions = bits.read(7)
    is_grouped = conditions == 126
    if is_grouped:
        conditions = bits.read(7)
    if conditions != 1:
        raise ValueError(f"tables for {conditions} conditions are not supported")
    low_bits, count, gap = bits.read(5), bits.read(9), bits.read(6)
    high_bits = 8 - low_bits
    words = []
    for i in range(count):
        words.append(bits.read(high_bits) if i == 0 else
                     (words[-1] + 1 + bits.read(gap)) % (1 << high_bits))
    extras, firsts = [], list(range(count))
    if is_grouped:
        width, firsts, rank = bits.read(3), [], 0
        while rank < count:
            firsts.append(rank)
            extras.append(bits.read(width))
            rank += 1 << extras[-1]
    return Alphabet(words, low_bits, extras, firsts)


def width_of(value):
    return value.bit_length()


@dataclasses.dataclass
class Tans:
    log: int
    frequencies: list

    def entries(self):
        """Returns (isFirst, symbol, bits, base) for each state."""
        states = 1 << self.log
        symbols, state = [0] * states, 0
        step = (states // 2 + states // 8 + 3) | 1
        for symbol, frequency in enumerate(self.frequencies):
            for _ in range(frequency):
                symbols[state] = symbol
                state = (state + step) % states
        seen = [0] * len(self.frequencies)
        result = []
        for symbol in symbols:
            x = self.frequencies[symbol] + seen[symbol]
            bits = self.log + 1 - width_of(x)
            result.append((seen[symbol] == 0, symbol, bits, (x << bits) - states))
            seen[symbol] += 1
        return result


def read_tans(bits, symbols):
    log = bits.read(4)
    first, count = bits.read(8), bits.read(9)
    frequencies = [0] * symbols
    for i in range(count):
        width = bits.read(4)
        frequencies[first + i] = 0 if width == 0 else 1 << (width - 1) | bits.read(width - 1)
    return Tans(log, frequencies)


@dataclasses.dataclass
class Huffman:
    lengths: list
    only: int = -1

    @property
    def longest(self):
        return max(self.lengths)

    def entries(self):
        """Returns (length, symbol) for each value of the next `longest` bits."""
        if self.only >= 0:
            return [(0, self.only)]
        table, word = [(0, 0)] * (1 << self.longest), 0
        for length in range(1, self.longest + 1):
            word <<= 1
            for symbol, own in enumerate(self.lengths):
                if own != length:
                    continue
                first = int(f"{word:0{length}b}"[::-1], 2)
                for at in range(first, len(table), 1 << length):
                    table[at] = (length, symbol)
                word += 1
        return table


def read_huffman(bits, symbols):
    lengths, only = [], -1
    for symbol in range(symbols):
        length = bits.read(4)
        if length == 15:
            only, length = symbol, 0
        lengths.append(length)
    return Huffman(lengths, only)
