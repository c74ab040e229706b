# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The scripts of this folder source this file: it defines paths and the form of
# messages.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
# The Python of Debian's python3-* packages, whatever else is on PATH.
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
