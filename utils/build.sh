#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/build.sh [--preset=release|sanitize|thread|gcc] [TARGET...]
#
# Configures when needed and builds the targets (default: everything).
#   --preset=release   optimized, in build/ (default); tools in build/bin/
#   --preset=sanitize  with AddressSanitizer and UndefinedBehaviorSanitizer, in
#                      build-sanitize/
#   --preset=thread    with ThreadSanitizer, in build-thread/
#   --preset=gcc       the libraries without LLVM and their unit tests by g++ 12,
#                      with assertions, in build-gcc/
set -euo pipefail
. "$(dirname "$0")/common.sh"

preset=release
targets=()
for argument in "$@"; do
  case $argument in
    --preset=*) preset=${argument#--preset=} ;;
    -h | --help) usage; exit ;;
    -*) die "unknown option '$argument' (see --help)" ;;
    *) targets+=("$argument") ;;
  esac
done
case $preset in
  release) folder=$build ;;
  sanitize) folder=$root/build-sanitize ;;
  thread) folder=$root/build-thread ;;
  gcc) folder=$root/build-gcc ;;
  *) die "unknown preset '$preset'; there are: release sanitize thread gcc" ;;
esac

# Folders are found by their CMakeLists.txt, and ninja does not see a new one.
lists=$(cd "$root" && find include lib tools test -name CMakeLists.txt | sort)
if [ ! -f "$folder/build.ninja" ] ||
  [ "$lists" != "$(cat "$folder/configured-folders.txt" 2>/dev/null)" ]; then
  (cd "$root" && cmake --preset "$preset")
  printf '%s\n' "$lists" >"$folder/configured-folders.txt"
fi
ninja -C "$folder" "${targets[@]}"
