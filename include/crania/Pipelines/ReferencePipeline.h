// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_REFERENCEPIPELINE_H
#define CRANIA_PIPELINES_REFERENCEPIPELINE_H

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace crania {

/// Adds the reference path to `pm`, a pass manager of modules. It lowers a
/// module of level 1 to 4 to the LLVM dialect, ready for mlir-runner or
/// mlir-translate. Operations of the crania dialect are lowered first
/// (`convert-crania-to-scf`); all later passes but one are upstream's.
///
/// Tensors at function boundaries become memrefs with the identity layout, and
/// a returned one belongs to the caller. Everything in the module must have an
/// upstream lowering.
void buildReferencePipeline(mlir::OpPassManager &pm);

/// Registers the pipeline as `crania-reference-pipeline`.
void registerReferencePipeline();

/// Registers the bufferization and deallocation interfaces of the operations in
/// the pipeline, which upstream keeps apart from their dialects.
void registerReferencePipelineInterfaces(mlir::DialectRegistry &registry);

} // namespace crania

#endif // CRANIA_PIPELINES_REFERENCEPIPELINE_H
