# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command with the option --exit that crania-compile printed for the row crania.

  compile_chosen.py OUTPUT-OF-CRANIA-COMPILE COMMAND...
"""

import re
import subprocess
import sys

with open(sys.argv[1]) as file:
    rule = re.search(r"^crania: (--exit=\S+)", file.read(), re.MULTILINE)
sys.exit(subprocess.run([*sys.argv[2:], rule[1]]).returncode)
