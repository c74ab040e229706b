# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""debian.py PACKAGES SOURCE: installs the packages of a folder with dpkg, uses them like
any Debian package, and removes them. All of this happens below an overlay of /, in a mount
namespace of its own, so that the machine does not change."""
import os
import pathlib
import subprocess
import sys
import tempfile

SCRIPT = """
set -euo pipefail
work=$1 source=$2
cd "$work"
dpkg -i crania_*.deb libcrania-dev_*.deb > dpkg.log 2>&1 || { cat dpkg.log; exit 1; }
dpkg -s crania libcrania-dev | grep -c '^Status: install ok installed' | grep -qx 2
cp "$source"/examples/digits/digits.onnx "$source"/examples/digits/test_x_u8.npy .
crania-compile digits.onnx -o digits.crania
crania-run digits.crania --images=test_x_u8.npy --input-scale=0.00392157 > run.txt
plugin=$(dpkg -L crania | grep /CraniaPlugin.so)
crania-translate --import-onnx digits.onnx -o digits.mlir
mlir-opt-22 --load-dialect-plugin=$plugin --load-pass-plugin=$plugin digits.mlir \
  --pass-pipeline='builtin.module(crania-pipeline)' -o hw.mlir
cc "$source"/test/Embedding/Inputs/c-client/runtime-only.c -o runtime-only -lcrania_runtime
head -c 256 /dev/zero > input.f32
./runtime-only digits.crania input.f32 > runtime.txt
mkdir build && cd build
cmake -G Ninja -Wno-dev -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_C_COMPILER=clang-22 \
  -DCOMPONENTS='Compiler;ONNX' -DLIBRARIES='Crania::Pipelines;Crania::ImportONNX;Crania::Runtime' \
  "$source"/test/Embedding/Inputs/consumer > cmake.log
ninja > ninja.log
./consumer ../digits.onnx ../input.f32
cd ..
dpkg -r libcrania-dev crania >> dpkg.log
test ! -e /usr/bin/crania-compile
echo "crania and libcrania-dev: installed, used and removed"
"""


def main():
    packages, source = map(os.path.abspath, sys.argv[1:])
    debs = sorted(pathlib.Path(packages).glob("*.deb"))
    print(*(deb.name for deb in debs))
    with tempfile.TemporaryDirectory() as layer:
        for name in ("upper", "work", "root"):
            os.mkdir(f"{layer}/{name}")
        script = pathlib.Path(packages) / "install.sh"
        script.write_text(SCRIPT)
        mount = (f"mount -t overlay overlay -o lowerdir=/,upperdir={layer}/upper,workdir={layer}/work "
                 f"{layer}/root && mount -t proc proc {layer}/root/proc && mount --bind /dev {layer}/root/dev && "
                 f"exec chroot {layer}/root bash {script} {packages} {source}")
        # These are the tools of the packages, not those of the test's own
        # prefix.
        environment = dict(os.environ, PATH="/usr/sbin:/usr/bin:/sbin:/bin")
        done = subprocess.run(["unshare", "--mount", "bash", "-c", mount], text=True, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    sys.exit(done.returncode)


main()
