#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/bench.sh NAME [--json=FILE] [ARGUMENT...]
#
# Builds the tools that the benchmark test/Benchmark/NAME.py needs and runs it,
# with the tools in build/bin. A benchmark with targets exits with 1 if one is
# missed.
#   --json=FILE  the benchmark also writes its figures there
# Other arguments are the benchmark's own (utils/bench.sh NAME --help).
set -euo pipefail
. "$(dirname "$0")/common.sh"

benchmarks=$(cd "$root/test" && find Benchmark -maxdepth 1 -name '*.py' -printf '%f\n' 2>/dev/null |
  sed 's/\.py$//' | sort) || true
list_benchmarks() { echo "benchmarks: ${benchmarks:-none}" | tr '\n' ' '; echo; }

case ${1-} in
  '' | -*)
    usage
    list_benchmarks
    [ "${1-}" = --help ] || [ "${1-}" = -h ] || exit 1
    exit ;;
esac
name=$1
[ "$name" != layouts ] || name=encodings # the name in version 0.1.0
shift
grep -qxF -- "$name" <<<"$benchmarks" || {
  list_benchmarks >&2
  die "there is no benchmark '$name'"
}
"$root/utils/setup.sh" --for=test
case $name in
  encodings) targets=(encoding-bench crania-compile crania-run crania-translate) ;;
  clusters) targets=(kmeans-benchmark crania-opt crania-run crania-translate) ;;
  dram) targets=(dram-benchmark) ;;
  embedding) targets=(crania-test-prefix) ;;
  ground) targets=() ;; # everything
  machine) targets=(crania-compile dram-benchmark machine-benchmark) ;;
  *) targets=(crania-compile crania-run host-benchmark) ;;
esac
"$root/utils/build.sh" "${targets[@]}"
CRANIA_BUILD=$build PATH=$build/bin:$build/test/Benchmark:$PATH \
  exec "$python" "$root/test/Benchmark/$name.py" "$@"
