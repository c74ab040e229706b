# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# RUN: %python %s %t.dir %S/../../Import/ONNX/Inputs 400
"""For any damaged model, the importer either accepts it or reports the fault and exits
with 1. It does not crash, hang or take memory without bound.

The damage is to the bytes (truncation, flipped bits, random contents) or to the decoded
messages (numbers, names and lists), which passes the decoder more often."""

import os
import resource
import subprocess
import sys

import numpy as np

from tools import expect, main_of

SEED = 20
TIMEOUT_SECONDS = 60
MAX_MEGABYTES = 2048  # resident, with the shadow memory of a sanitizer
NUMBERS = [-(1 << 63), -1, 0, 1, 2, 3, 7, 8, 1 << 20, 1 << 28, (1 << 31) - 1, 1 << 32, 1 << 62, (1 << 63) - 1]


# Damage to the bytes: functions of (bytes, random) to bytes.

def truncate(content, random):
    return content[:random.integers(len(content))]


def flip_bits(content, random):
    damaged = bytearray(content)
    for _ in range(random.integers(1, 9)):
        damaged[random.integers(len(damaged))] ^= 1 << random.integers(8)
    return bytes(damaged)


def overwrite(content, random):
    damaged = bytearray(content)
    start = random.integers(len(damaged))
    noise = random.bytes(int(random.integers(1, 17)))
    damaged[start:start + len(noise)] = noise
    return bytes(damaged)


def noise(content, random):
    return random.bytes(int(random.integers(0, len(content))))


# Damage to the messages.

def fields_of(message):
    """Returns all (message, field) below `message` that are set."""
    found = []
    for field, value in message.ListFields():
        found.append((message, field))
        if field.cpp_type == field.CPPTYPE_MESSAGE:
            for part in value if field.label == field.LABEL_REPEATED else [value]:
                found += fields_of(part)
    return found


def strings_of(message):
    found = [""]
    for owner, field in fields_of(message):
        if field.type == field.TYPE_STRING:
            value = getattr(owner, field.name)
            found += list(value) if field.label == field.LABEL_REPEATED else [value]
    return found


def other_value(field, strings, random):
    """Returns another value for a field, or None if there is none."""
    if field.type in (field.TYPE_INT64, field.TYPE_UINT64):
        number = NUMBERS[random.integers(len(NUMBERS))]
        return abs(number) if field.type == field.TYPE_UINT64 else number
    if field.type == field.TYPE_INT32:
        return int(random.integers(-2, 25))
    if field.type == field.TYPE_STRING:
        return strings[random.integers(len(strings))]
    if field.type == field.TYPE_FLOAT:
        return float(random.choice([0.0, -1.0, 1e38, np.inf, np.nan]))
    if field.type == field.TYPE_ENUM:
        values = field.enum_type.values
        return values[random.integers(len(values))].number
    return None


def damage_list(values, field, strings, random):
    """Drops, doubles or changes one element of a repeated field."""
    index = int(random.integers(len(values)))
    action = random.integers(3)
    if action == 0:
        del values[index]
    elif action == 1 and field.cpp_type == field.CPPTYPE_MESSAGE:
        values.add().CopyFrom(values[index])
    elif action == 1:
        values.append(values[index])
    elif field.cpp_type != field.CPPTYPE_MESSAGE:
        value = other_value(field, strings, random)
        if value is not None:
            values[index] = value


def damage_field(owner, field, strings, random):
    if field.label == field.LABEL_REPEATED:
        damage_list(getattr(owner, field.name), field, strings, random)
        return
    value = other_value(field, strings, random)
    if value is None or random.integers(4) == 0:
        owner.ClearField(field.name)
    else:
        setattr(owner, field.name, value)


def damage_message(model, random):
    for _ in range(random.integers(1, 4)):
        fields = fields_of(model)
        if fields:
            damage_field(*fields[random.integers(len(fields))], strings_of(model), random)
    return model.SerializeToString()


def damage(model, random):
    kind = random.integers(8)
    if kind < 4:
        return (truncate, flip_bits, overwrite, noise)[kind](model.SerializeToString(), random)
    return damage_message(model, random)


def verdict(path):
    """Returns None, or a description of the importer's wrong reaction."""
    try:
        done = subprocess.run(["crania-translate", "--import-onnx", path, "-o", os.devnull], timeout=TIMEOUT_SECONDS,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        return "hangs"
    message = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1):
        return f"exit code {done.returncode}: {message[-2000:]}"
    if done.returncode == 1 and not message.startswith("error: "):
        return f"no error message but: {message[:2000]}"
    return None


def check(folder):
    sys.path.insert(0, sys.argv[2])
    import models

    names = sorted(models.MODELS)
    random = np.random.default_rng(SEED)
    for number in range(int(sys.argv[3])):
        name = names[random.integers(len(names))]
        path = folder / f"{number}-{name}.onnx"
        path.write_bytes(damage(models.MODELS[name]().model(), random))
        problem = verdict(path)
        expect(problem is None, f"{path}: {problem}")
        path.unlink()
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    expect(megabytes < MAX_MEGABYTES, f"an import took {megabytes} MB")
    print(f"{sys.argv[3]} damaged models, at most {megabytes} MB")


if __name__ == "__main__":
    main_of(check)
