#!/usr/bin/env bash
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: utils/setup.sh [--for=build|docs|test|lint] [--list]
#
# Installs the Debian 12 packages that are missing, and nothing else.
#   --for=build  what compiling and running the tools needs
#   --for=docs   also what utils/docs.sh needs
#   --for=test   also what the tests need (default), and ONNX Runtime, the
#                reference they compare with, from npm into build/node_modules;
#                without it those tests say SKIPPED
#   --for=lint   also clang-format, clang-tidy and codespell
#   --list       only names the packages
# LLVM 22 comes from Debian's own bookworm-security. Does nothing when all is
# there already.
set -euo pipefail
. "$(dirname "$0")/common.sh"

build_packages=(
  clang-22 lld-22 llvm-22-dev libmlir-22-dev mlir-22-tools llvm-22-tools
  cmake ninja-build ccache python3
  libflatbuffers-dev flatbuffers-compiler
  libonnx-dev libprotobuf-dev protobuf-compiler
  libdnnl-dev libcli11-dev nlohmann-json3-dev libxxhash-dev zlib1g-dev libzstd-dev
  libgtest-dev librapidcheck-dev) # small, and the configuration looks for them
docs_packages=(python3-markdown-it)
test_packages=(
  g++-12 # the second compiler of the libraries without LLVM
  libclang-rt-22-dev
  qemu-user # CPUs with fewer instructions than the host
  iverilog yosys # the simulation and the synthesis of rtl/
  liblzma-dev # the baseline of the encoding benchmark, with libzstd-dev
  python3-numpy python3-onnx python3-psutil libonnx-testdata git)
lint_packages=(clang-format-22 clang-tidy-22 codespell)

missing_of() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    awk '$1 == "installed" { print $2 }') || true
  for package in "$@"; do
    grep -qxF "$package" <<<"$installed" || printf '%s\n' "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root (or sudo) for: $*"
  fi
}

install_packages() {
  say "Installing Debian packages: $*"
  as_root apt-get update -q
  local package
  for package in "$@"; do
    [ -n "$(apt-cache madison "$package")" ] || die "the Debian package $package is" \
      "not in this machine's package lists; CRANIA needs Debian 12 with the suites" \
      "bookworm, bookworm-updates and bookworm-security (LLVM 22 is in the last)"
  done
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "$@"
}

ensure_packages() {
  command -v dpkg-query >/dev/null || die "not a Debian system; install the" \
    "counterparts of these packages yourself: $*"
  local missing
  mapfile -t missing < <(missing_of "$@")
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# A node that is not Debian's brings its own npm, so check for commands.
ensure_npm() {
  command -v node >/dev/null || ensure_packages nodejs
  command -v npm >/dev/null || ensure_packages npm ca-certificates
}

# The only test dependency that Debian does not package. Optional.
ensure_onnxruntime() {
  local version=1.30.0 have=$build/node_modules/onnxruntime-node/package.json
  grep -qsF "\"version\": \"$version\"" "$have" && return
  say "Installing ONNX Runtime $version for the tests, from npm"
  mkdir -p "$build"
  # The install script of onnxruntime-node would fetch GPU libraries.
  if ! (ensure_npm && npm install --prefix "$build" --ignore-scripts --no-save \
        --no-audit --no-fund --loglevel=error "onnxruntime-node@$version"); then
    echo "No ONNX Runtime: the tests that compare with it will say SKIPPED."
  fi
}

purpose=test list=""
for argument in "$@"; do
  case $argument in
    --for=build | --for=docs | --for=test | --for=lint) purpose=${argument#--for=} ;;
    --list) list=1 ;;
    -h | --help) usage; exit ;;
    *) die "unknown argument '$argument' (see --help)" ;;
  esac
done

packages=("${build_packages[@]}")
case $purpose in
  docs) packages+=("${docs_packages[@]}") ;;
  test) packages+=("${docs_packages[@]}" "${test_packages[@]}") ;;
  lint) packages+=("${docs_packages[@]}" "${test_packages[@]}" "${lint_packages[@]}") ;;
esac
if [ -n "$list" ]; then
  printf '%s\n' "${packages[@]}"
  exit
fi
ensure_packages "${packages[@]}"
case $purpose in
  test | lint) ensure_onnxruntime ;;
esac
