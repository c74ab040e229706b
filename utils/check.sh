#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/check.sh [--ci] [--quick] [--sanitize] [--gcc] [--format] [--prose]
#                       [--tidy | --tidy-changed]
#
# Installs what is missing, builds everything, runs all tests, then the lit tests
# once more with every module printed and parsed again (crania-opt
# --verify-roundtrip). Ends with 'N passed, N failed[, N skipped]'.
#   --quick     without the tests marked slow
#   --sanitize  also the quick tests and 250 damaged files of each kind under
#               AddressSanitizer and UndefinedBehaviorSanitizer, in build-sanitize/
#   --gcc       also the libraries without LLVM and their tests by g++, with
#               assertions, in build-gcc/
#   --format    also checks the format of all C++ files
#   --prose     also checks comments and docs (docs/Style.md)
#   --tidy      also runs clang-tidy on the whole tree (half an hour)
#   --tidy-changed  also runs clang-tidy for at most five minutes on the files that
#               changed since the commit in CRANIA_TIDY_SINCE, since the last run
#               that got through all of them, or in the last 20 commits; a header is
#               checked with a source that includes it
#   --ci        --format --prose --tidy-changed --sanitize --gcc: what .ci/run does
set -euo pipefail
. "$(dirname "$0")/common.sh"

quick='' sanitize='' gcc='' format='' prose='' tidy='' tidy_changed=''
for argument in "$@"; do
  case $argument in
    --ci) format=1 prose=1 tidy_changed=1 sanitize=1 gcc=1 ;;
    --quick) quick=1 ;;
    --sanitize) sanitize=1 ;;
    --gcc) gcc=1 ;;
    --format) format=1 ;;
    --prose) prose=1 ;;
    --tidy) tidy=1 ;;
    --tidy-changed) tidy_changed=1 ;;
    -h | --help) usage; exit ;;
    *) die "unknown argument '$argument' (see --help)" ;;
  esac
done

runs=()

# run_suite NAME PRESET-FOLDER TARGET: builds the target, which runs lit. Failed
# tests are counted at the end. If there are no results at all, the script ends.
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

tidy_command=(/usr/lib/llvm-22/bin/run-clang-tidy -quiet -p "$build" "-warnings-as-errors=*")

check_tidy() {
  say "clang-tidy"
  "${tidy_command[@]}" "^$root/(lib|tools)/"
}

last_tidy=${XDG_CACHE_HOME:-$HOME/.cache}/crania/last-tidy-commit

# The commit since which clang-tidy checks changed files.
tidy_base() {
  local commit
  for commit in "${CRANIA_TIDY_SINCE-}" "$(cat "$last_tidy" 2>/dev/null)" HEAD~20; do
    if [ -n "$commit" ] && git -C "$root" merge-base --is-ancestor "$commit" HEAD 2>/dev/null; then
      echo "$commit"
      return
    fi
  done
  git -C "$root" rev-list --max-parents=0 HEAD | tail -n 1
}

# The newest changes come first, so that the time limit leaves out the oldest.
check_tidy_changed() {
  local base files seconds=300 begin=$SECONDS checked=0
  base=$(tidy_base)
  say "clang-tidy, files changed since $(git -C "$root" rev-parse --short "$base")"
  ninja -C "$build" -t deps >"$build/dependencies.txt"
  mapfile -t files < <(cd "$root" && git log --format= --name-only --diff-filter=d "$base"..HEAD -- \
    'lib/*.cpp' 'lib/*.h' 'include/*.h' 'tools/*.cpp' 'tools/*.h' |
    "$python" utils/tidy_sources.py "$root" "$build/dependencies.txt")
  while [ $checked -lt ${#files[@]} ] && [ $((SECONDS - begin)) -lt $seconds ]; do
    local batch=("${files[@]:checked:8}") status=0
    timeout $((seconds - (SECONDS - begin) + 1)) "${tidy_command[@]}" "${batch[@]/#/$root/}" || status=$?
    [ $status -ne 124 ] || break
    [ $status -eq 0 ] || die "clang-tidy found something"
    checked=$((checked + ${#batch[@]}))
  done
  if [ $checked -eq ${#files[@]} ]; then
    mkdir -p "$(dirname "$last_tidy")"
    git -C "$root" rev-parse HEAD >"$last_tidy"
  fi
  echo "clang-tidy: $checked of ${#files[@]} sources of changed files within $seconds s, newest first"
}

purpose='test'
[ -z "$format$prose$tidy$tidy_changed" ] || purpose=lint
"$root/utils/setup.sh" --for=$purpose
[ -z "$format" ] || check_format
[ -z "$prose" ] || { say "Prose" && "$python" "$root/utils/prose.py"; }

say "Building"
"$root/utils/build.sh"
[ -z "$tidy" ] || check_tidy
[ -z "$tidy_changed" ] || check_tidy_changed
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

if [ -n "$gcc" ]; then
  say "Building the libraries without LLVM by g++"
  "$root/utils/build.sh" --preset=gcc
  run_suite gcc "$root/build-gcc" check-crania-runtime
fi

say "Summary"
"$python" "$root/utils/summarize_tests.py" "${runs[@]}"
