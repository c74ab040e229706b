#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/docs.sh
#
# Builds the docs as HTML in build/docs: the pages of docs/, and the reference of
# dialects and passes, which is generated from their definitions. Installs what is
# missing. Open build/docs/index.html in a browser. Fails if a link, or a path in
# backticks, names a file or a heading that does not exist.
set -euo pipefail
. "$(dirname "$0")/common.sh"

case ${1-} in
  '') ;;
  -h | --help) usage; exit ;;
  *) die "unknown argument '$1' (see --help)" ;;
esac

"$root/utils/setup.sh" --for=docs
"$root/utils/build.sh" crania-doc
"$python" "$root/utils/docs.py" --source "$root" --generated "$build/docs" --output "$build/docs"
