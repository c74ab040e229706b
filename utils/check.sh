#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/check.sh [--quick] [--sanitize] [--format] [--tidy]
#
# Installs what is missing, builds everything, runs all tests, then the lit tests
# once more with every module printed and parsed again (crania-opt
# --verify-roundtrip). Ends with 'N passed, N failed[, N skipped]'.
#   --quick     without the tests marked slow
#   --sanitize  also the quick tests and 1,000 damaged files of each kind under
#               AddressSanitizer and UndefinedBehaviorSanitizer, in build-sanitize/
#   --format    also checks the format of all C++ files
#   --tidy      also runs clang-tidy
set -euo pipefail
. "$(dirname "$0")/common.sh"

quick='' sanitize='' format='' tidy=''
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    --sanitize) sanitize=1 ;;
    --format) format=1 ;;
    --tidy) tidy=1 ;;
    -h | --help) usage; exit ;;
    *) die "unknown argument '$argument' (see --help)" ;;
  esac
done

runs=()

# run_suite NAME PRESET-FOLDER TARGET: builds the target, which runs lit. A test
# that fails is counted at the end; no results at all end the script.
run_suite() {
  local name=$1 folder=$2 target=$3 results=$2/test/results-$1.json
  say "Tests: $name"
  rm -f "$results"
  LIT_OPTS="--output=$results" ninja -C "$folder" "$target" || true
  [ -s "$results" ] || die "the $name tests did not run"
  runs+=("$name=$results")
}

check_format() {
  say "Format"
  (cd "$root" && git ls-files -z '*.h' '*.cpp' '*.c' |
    xargs -0 -r clang-format-22 --dry-run -Werror)
}

check_tidy() {
  say "clang-tidy"
  /usr/lib/llvm-22/bin/run-clang-tidy -quiet -p "$build" -warnings-as-errors='*' \
    "^$root/(lib|tools)/"
}

purpose='test'
[ -z "$format$tidy" ] || purpose=lint
"$root/utils/setup.sh" --for=$purpose
[ -z "$format" ] || check_format

say "Building"
"$root/utils/build.sh"
[ -z "$tidy" ] || check_tidy
if [ -n "$quick" ]; then
  run_suite quick "$build" check-crania-quick
else
  run_suite all "$build" check-crania
fi
run_suite roundtrip "$build" check-crania-roundtrip
if [ -n "$sanitize" ]; then
  say "Building with sanitizers"
  "$root/utils/build.sh" --preset=sanitize
  run_suite sanitize "$root/build-sanitize" check-crania-sanitize
fi

say "Summary"
"$python" "$root/utils/summarize_tests.py" "${runs[@]}"
