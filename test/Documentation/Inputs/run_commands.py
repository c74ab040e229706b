# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands of a page: usage: run_commands.py SOURCE-FOLDER SCRATCH PAGE.md

Every line of a ```sh block is run in SCRATCH, which has what the pages call the
user's: net.onnx, x.npy and y.npy (the digits example), net.mlir, and mine.json,
the first ```json block of the page. Scripts of utils/ are left out: they run the
tests that this is one of. Fails on the first command that does.
"""
import pathlib
import re
import shutil
import subprocess
import sys


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def prepare(source, scratch, text):
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    (scratch / "examples").symlink_to(source / "examples")
    digits = source / "examples" / "digits"
    for name, original in [("net.onnx", "digits.onnx"), ("x.npy", "test_x_u8.npy"),
                           ("y.npy", "test_y_u8.npy")]:
        shutil.copy(digits / original, scratch / name)
    subprocess.run(["crania-translate", "--import-onnx", "net.onnx", "-o", "net.mlir"],
                   cwd=scratch, check=True)
    for json in blocks(text, "json")[:1]:
        (scratch / "mine.json").write_text(json)


def main(source, scratch, page):
    text = pathlib.Path(page).read_text()
    prepare(source, scratch, text)
    commands = [line for block in blocks(text, "sh") for line in block.splitlines()
                if line.strip() and not line.startswith(("utils/", "PATH="))]
    for command in commands:
        done = subprocess.run(["bash", "-c", command], cwd=scratch,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(f"[exit {done.returncode}] {command}")
        if done.returncode != 0:
            print(done.stdout[-2000:])
            return 1
    print(f"{len(commands)} commands ran")
    return 0 if commands else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(),
                  sys.argv[3]))
