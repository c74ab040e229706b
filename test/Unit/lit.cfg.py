# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Runs the GoogleTest binaries: every executable of the build's test/Unit whose
# name ends in "Tests". Each of their tests counts as one.

import os

import lit.formats

config.name = "CRANIA-Unit"
config.suffixes = []
config.test_source_root = config.test_exec_root = config.crania_unit_dir
config.test_format = lit.formats.GoogleTest(".", "Tests")
config.environment["CRANIA_EXAMPLES"] = os.path.join(config.crania_source_dir, "examples")
config.environment["CRANIA_SHARED_DATA"] = config.shared_data
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "DNNL_MAX_CPU_ISA"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
