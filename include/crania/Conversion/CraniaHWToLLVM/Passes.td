// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CONVERSION_CRANIAHWTOLLVM_PASSES_TD
#define CRANIA_CONVERSION_CRANIAHWTOLLVM_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertCraniaHWToLLVM : Pass<"convert-crania-hw-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Turn runs of a program into calls of the runtime's C API";
  let description = [{
    Each `crania_hw.execute` becomes a call of `craniaRuntimeInfer` (see
    include/crania-c/Runtime.h, libcrania_runtime.so) with the device binary of
    its program, which is embedded in the module as a constant. Programs and the
    module's `crania.target` are erased. If a run fails, the runtime prints the
    reason, and `cf.assert` ends the process.

    The pass needs bufferized code. It produces arith, cf, memref and llvm
    operations and leaves everything else to the stock conversions to LLVM. It
    refuses inputs and logits that are not f32.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
  ];
}

#endif // CRANIA_CONVERSION_CRANIAHWTOLLVM_PASSES_TD
