# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: interrupt.py FOLDER TOOL ARGUMENT...

Interrupts a tool by each signal while it writes. PIPE in the arguments stands for a full
pipe without a reader. OTHER stands for a file that the tool wrote before, which must then
exist under a temporary name.
"""
import array
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import termios
import time

F_SETPIPE_SZ = 1031  # fcntl.F_SETPIPE_SZ from Python 3.10 on
CAPACITY = 4096
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


def bytes_in(pipe):
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def wait_until_full(pipe, seconds=60):
    end = time.monotonic() + seconds
    while bytes_in(pipe) < CAPACITY:
        if time.monotonic() > end:
            sys.exit(f"waited {seconds} s for output")
        time.sleep(0.01)


def interrupt(folder, command, number):
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    other, pipe = os.path.join(folder, "other"), os.path.join(folder, "pipe")
    with open(other, "w") as file:
        file.write("old")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, F_SETPIPE_SZ, CAPACITY)
    arguments = [part.replace("OTHER", other).replace("PIPE", pipe) for part in command]
    tool = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until_full(reader)
    temporary = [name for name in os.listdir(folder) if name.endswith(".tmp")]
    tool.send_signal(number)
    code = tool.wait(60)
    os.close(reader)
    left = sorted(os.listdir(folder))
    with open(other) as file:
        contents = file.read()
    if len(temporary) != any("OTHER" in part for part in command):
        sys.exit(f"{temporary}: not the temporary files that were expected")
    if (code, left, contents) != (-number, ["other", "pipe"], "old"):
        sys.exit(f"{number.name}: exit code {code}, files {left}, {len(contents)} bytes")


def main():
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)  # tools inherit what is ignored
    for number in SIGNALS:
        interrupt(sys.argv[1], sys.argv[2:], number)


main()
