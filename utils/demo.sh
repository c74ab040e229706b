#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/demo.sh
#
# Runs the whole flow once: installs what is missing, builds the tools, compiles
# the digits network of examples/digits for the simulated accelerator with every
# baseline, classifies all held-out images, and prints the results. The first
# run builds for some minutes, later ones take seconds. Results: build/demo/.
set -euo pipefail
. "$(dirname "$0")/common.sh"

case ${1-} in
  '') ;;
  -h | --help) usage; exit ;;
  *) die "unknown argument '$1' (see --help)" ;;
esac

show() {
  printf '\n$'
  printf ' %s' "$@"
  printf '\n'
  "$@"
}

"$root/utils/setup.sh" --for=build
say "Building the tools in build/bin"
"$root/utils/build.sh" crania-compile crania-run

cd "$root"
mkdir -p build/demo
show build/bin/crania-compile examples/digits/digits.onnx -o build/demo/digits.crania \
  --precision=i8 --scheme=residual --steps=1.6 --baselines --input-scale=0.0625 \
  --calibrate=examples/digits/test_x_u8.npy --labels=examples/digits/test_y_u8.npy \
  --calibrate-limit=200 --max-loss=0.5
show build/bin/crania-run build/demo/digits.crania \
  --images=examples/digits/test_x_u8.npy --labels=examples/digits/test_y_u8.npy \
  --skip=200 --input-scale=0.0625 --report=build/demo/report.json
say "What you see"
"$python" utils/explain_report.py build/demo/report.json
