# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: interrupt.py FOLDER crania-run ARGUMENT...

Interrupts crania-run by each signal while it writes: the trace is there under its
temporary name, and the report goes into a full pipe that nobody reads.
"""
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time

F_SETPIPE_SZ = 1031  # fcntl.F_SETPIPE_SZ from Python 3.10 on
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited {seconds} s for {what}")
        time.sleep(0.01)


def interrupt(folder, command, number):
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    with open(os.path.join(folder, "trace.json"), "w") as file:
        file.write("old")
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, F_SETPIPE_SZ, 4096)
    tool = subprocess.Popen(
        command + [f"--trace={folder}/trace.json", f"--report={pipe}"],
        stdout=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    wait_for(lambda: any(name.endswith(".tmp") for name in os.listdir(folder)), "a temporary file")
    time.sleep(0.2)
    tool.send_signal(number)
    code = tool.wait(60)
    os.close(reader)
    left = sorted(os.listdir(folder))
    with open(os.path.join(folder, "trace.json")) as file:
        trace = file.read()
    if (code, left, trace) != (-number, ["pipe", "trace.json"], "old"):
        sys.exit(f"{number.name}: exit code {code}, files {left}, trace of {len(trace)} bytes")


def main():
    folder, command = sys.argv[1], sys.argv[2:]
    for number in SIGNALS:
        interrupt(folder, command, number)


main()
