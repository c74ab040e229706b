// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_PIPELINE_H
#define CRANIA_PIPELINES_PIPELINE_H

#include "crania/Pipelines/CompileOptions.h"
#include "crania/Support/Result.h"
#include "mlir/Pass/PassManager.h"

namespace crania {

/// Returns the options of `crania-pipeline` from their text, such as
/// "clusters=1 target=edge". Fails on an unknown option, and on a text that is
/// not a value of its option.
Result<CompileOptions> parsePipelineOptions(llvm::StringRef text);

/// Adds the part of the pipeline that decides the arithmetic. It calibrates and
/// quantizes classifiers of level 1. It only checks them if all layers are f32
/// by the options and by the attributes of the module (`crania.precision`).
void buildArithmeticPipeline(mlir::OpPassManager &manager,
                             const CompileOptions &options);

/// Adds the part after it, which compiles classifiers whose arithmetic is
/// decided.
void buildCompilationPipeline(mlir::OpPassManager &manager,
                              const CompileOptions &options);

/// Adds the whole pipeline, from level 1 (a module with a classifier in linalg)
/// to level 5 (programs of the machine, and host code that runs them).
void buildCraniaPipeline(mlir::OpPassManager &manager,
                         const CompileOptions &options);

/// Registers `crania-pipeline`.
void registerCraniaPipeline();

} // namespace crania

#endif // CRANIA_PIPELINES_PIPELINE_H
