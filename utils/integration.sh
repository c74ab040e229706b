#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/integration.sh NAME [ARGUMENT...]
#
# Runs the integration test test/Integration/NAME.py by itself, with the tools in
# build/bin and the environment that lit gives it, so that a random test can run
# again with the seed that it printed. Its files are in build/integration/NAME.
# Build first. The tests that take seeds:
#   utils/integration.sh integer_networks --networks=1 --first-seed=17
#   utils/integration.sh random_networks --networks=1 --first-seed=17
#   utils/integration.sh damaged_files KIND COUNT SEED
set -euo pipefail
. "$(dirname "$0")/common.sh"

case ${1-} in
  -h | --help) usage; exit ;;
  '' | -*) usage >&2; exit 1 ;;
esac
name=$1
shift
script=$root/test/Integration/$name.py
[ -f "$script" ] || die "there is no integration test '$name'; there are:" \
  "$(cd "$root/test/Integration" && echo *.py)"
[ -x "$build/bin/crania-compile" ] || die "the tools are not built; run utils/build.sh"

shared=$(sed -n 's/^CRANIA_SHARED_DATA:PATH=//p' "$build/CMakeCache.txt")
export CRANIA_EXAMPLES=$root/examples CRANIA_SHARED_DATA=${CRANIA_SHARED_DATA-$shared}
export PYTHONPATH=$root/test/Integration/harness PYTHONDONTWRITEBYTECODE=1
CRANIA_ONNXRUNTIME=''
[ ! -d "$build/node_modules/onnxruntime-node" ] || CRANIA_ONNXRUNTIME=$build/node_modules
export CRANIA_ONNXRUNTIME
PATH=$build/test/Integration:$build/bin:/usr/lib/llvm-22/bin:$PATH
exec "$python" "$script" "$build/integration/$name" "$@"
