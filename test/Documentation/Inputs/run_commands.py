# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands of a page: usage: run_commands.py SOURCE-FOLDER SCRATCH PAGE.md

All ```sh blocks form one bash session in SCRATCH, which looks like a clone that has
been built: examples/, build/lib, and build/bin with the tools, which a page must put
on the PATH itself. It also has the files that the pages call the user's (net.onnx,
x.npy, y.npy, more_x.npy and more_y.npy, from the digits example) and mine.json, the first ```json block of the
page. Scripts of utils/ are skipped, because they run the tests, including this one.
Fails on the first command that fails.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def prepare(source, scratch, text):
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "build").mkdir(parents=True)
    (scratch / "build" / "bin").symlink_to(tools_folder())
    (scratch / "build" / "lib").symlink_to(tools_folder().parent / "lib")
    (scratch / "examples").symlink_to(source / "examples")
    digits = source / "examples" / "digits"
    for name, original in [("net.onnx", "digits.onnx"), ("x.npy", "test_x_u8.npy"),
                           ("more_x.npy", "test_x_u8.npy"), ("more_y.npy", "test_y_u8.npy"),
                           ("y.npy", "test_y_u8.npy")]:
        shutil.copy(digits / original, scratch / name)
    for json in blocks(text, "json")[:1]:
        (scratch / "mine.json").write_text(json)


def tools_folder():
    return pathlib.Path(shutil.which("crania-compile")).resolve().parent


def environment_without_tools():
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep)
               if not os.path.exists(os.path.join(folder, "crania-compile"))]
    return dict(os.environ, PATH=os.pathsep.join(folders))


def main(source, scratch, page):
    text = pathlib.Path(page).read_text()
    prepare(source, scratch, text)
    commands = [line for block in blocks(text, "sh") for line in block.splitlines()
                if not line.startswith("utils/")]
    done = subprocess.run(["bash", "-exo", "pipefail", "-c", "\n".join(commands)], cwd=scratch,
                          env=environment_without_tools(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        print(f"{done.stdout[-4000:]}\nthe last command exited with {done.returncode}")
        return 1
    print(f"{len(commands)} lines of commands ran")
    return 0 if commands else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(),
                  sys.argv[3]))
