# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""page.py PAGE FOLDER SOURCE: runs the ```sh blocks of a page as one session in an
empty folder that has net.onnx. /opt/crania is the installed package; the commands that
install it are skipped."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

PREFIX = os.environ["CRANIA_PREFIX"]
MADE_THE_PACKAGE = ("utils/build.sh", "cmake --install")


def main():
    page, folder, source = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(source / "examples" / "digits" / "digits.onnx", folder / "net.onnx")
    (folder / "test").symlink_to(source / "test")
    text = "".join(re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.S | re.M))
    lines = [line for line in text.splitlines() if not line.startswith(MADE_THE_PACKAGE)]
    script = "set -euo pipefail\n" + "\n".join(lines).replace("/opt/crania", PREFIX) + "\n"
    # The library folder of Debian may have another name.
    library_dir = next(pathlib.Path(PREFIX).glob("lib/**/CraniaPlugin.so")).parent
    script = script.replace(f"{PREFIX}/lib/CraniaPlugin.so", f"{library_dir}/CraniaPlugin.so")
    done = subprocess.run(["bash", "-c", script], cwd=folder, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    for name in ("net.crania", "acme.crania"):
        if not (folder / name).is_file():
            sys.exit(f"the commands made no {name}")
    if done.returncode:
        sys.exit(done.returncode)
    print(f"{len(lines)} lines of commands ran")


main()
