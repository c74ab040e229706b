# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Substitutions: %python, %version (of the project), %examples (examples/ of the source), %shared_data,
# %rtl (rtl/ of the source), %rtl_segments (its tool),
# %crania_runtime (libcrania_runtime.so), %crania_plugin, %mlir_lib (folder of
# libmlir_runner_utils.so), %unit (folder of the GoogleTest binaries).
# Features: onnxruntime, shared-data, slow (off in a quick run), damaged-files (also
# on in a quick run that asks for them), asan, onednn, docs, qemu-user, fuzzers, iverilog,
# yosys, roundtrip, full-builds.
# Parameters: quick=1, damaged_files=COUNT, full_builds=1, roundtrip=1 (or CRANIA_VERIFY_ROUNDTRIP=1):
# crania-opt prints and parses every module again, as text and as bytecode.

import os
import shutil

import lit.formats

config.name = "CRANIA"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.crania_binary_dir, "test")

quick = bool(int(lit_config.params.get("quick", "0")))
damaged_files = int(lit_config.params.get("damaged_files", "0" if quick else "1000"))
full_builds = bool(int(lit_config.params.get("full_builds", "0")))
roundtrip = bool(int(lit_config.params.get(
    "roundtrip", os.environ.get("CRANIA_VERIFY_ROUNDTRIP", "0"))))


def find_onnxruntime():
    """Returns the folder with the node modules of ONNX Runtime, or None."""
    if not shutil.which("node"):
        return None
    for build in (config.crania_binary_dir, os.path.join(config.crania_source_dir, "build")):
        modules = os.path.join(build, "node_modules")
        if os.path.isdir(os.path.join(modules, "onnxruntime-node")):
            return modules
    return None


def set_environment():
    environment = config.environment
    environment["PATH"] = os.pathsep.join(
        [config.crania_tools_dir, config.llvm_tools_dir, environment["PATH"]])
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["CRANIA_EXAMPLES"] = os.path.join(config.crania_source_dir, "examples")
    environment["CRANIA_SHARED_DATA"] = config.shared_data
    environment["CRANIA_ONNXRUNTIME"] = find_onnxruntime() or ""
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]


def set_substitutions():
    config.substitutions += [
        ("%python", config.python),
        ("%version", config.crania_version),
        ("%examples", os.path.join(config.crania_source_dir, "examples")),
        ("%shared_data", config.shared_data),
        ("%rtl_segments", os.path.join(config.crania_binary_dir, "test", "RTL", "rtl-segments")),
        ("%damaged_files", str(damaged_files)),
        ("%rtl", os.path.join(config.crania_source_dir, "rtl")),
        ("%crania_runtime", config.runtime_library),
        ("%crania_plugin", config.plugin),
        ("%mlir_lib", config.mlir_lib_dir),
        ("%unit", os.path.join(config.crania_binary_dir, "test", "Unit")),
    ]
    if roundtrip:
        config.substitutions.append((r"\bcrania-opt\b", "crania-opt --verify-roundtrip"))


def set_features():
    features = {
        "onnxruntime": find_onnxruntime() is not None,
        "shared-data": os.path.isdir(os.path.join(config.shared_data, "models")),
        "slow": not quick,
        "damaged-files": damaged_files > 0,
        "asan": config.sanitize,
        "onednn": config.onednn,
        "docs": config.docs,
        "qemu-user": shutil.which("qemu-x86_64") is not None,
        "fuzzers": config.fuzzers,
        "iverilog": shutil.which("iverilog") is not None,
        "yosys": shutil.which("yosys") is not None,
        "roundtrip": roundtrip,
        "full-builds": full_builds,
    }
    config.available_features.update(name for name, there in features.items() if there)


def limit_time():
    """A test that hangs fails; lit needs psutil to end one."""
    if lit_config.maxIndividualTestTime or not lit_config.maxIndividualTestTimeIsSupported[0]:
        return
    lit_config.maxIndividualTestTime = 3600 if config.sanitize else 900


set_environment()
set_substitutions()
set_features()
limit_time()
if roundtrip:
    # Neither of these calls crania-opt.
    config.excludes += ["Unit", "Integration"]
