# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Sourced by the scripts of this folder: where things are, and how to say so.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
# The Python that Debian's python3-* packages belong to, whatever else is on PATH.
python=/usr/bin/python3

say() { printf '\n== %s\n' "$*"; }

die() {
  printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Prints the script's leading comment, below the license, as its help text.
usage() {
  awk 'NR > 3 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
}
