// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Conversion/CraniaHWToLLVM/CraniaHWToLLVM.h"
#include "crania/Dialect/Crania/IR/CraniaDialect.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace crania {
#define GEN_PASS_DEF_CONVERTCRANIAHWTOLLVM
#include "crania/Conversion/CraniaHWToLLVM/Passes.h.inc"
} // namespace crania

using namespace mlir;
using namespace crania;

namespace {

/// int64_t craniaRuntimeInfer(const void *binary, uint64_t size,
///                            const float *input, uint64_t inputElements,
///                            float *logits, uint64_t logitElements);
constexpr StringLiteral inferName = "craniaRuntimeInfer";

/// The alignment of the embedded binary, in bytes. The runtime maps images in
/// place, and the DRAM bursts of all presets divide it.
constexpr uint64_t binaryAlignment = 64;

/// Rewrites the executions of one program.
class HostCode {
public:
  HostCode(hw::ProgramOp program, SymbolTable &symbols)
      : program(program), symbols(symbols), builder(program) {}

  /// Embeds the device binary and declares the runtime's function. Fails if the
  /// program cannot be encoded.
  LogicalResult create();
  void lower(hw::ExecuteOp execute);

private:
  LogicalResult embedBinary();
  LogicalResult declareInfer();
  Value pointerTo(Value memref, Location loc);
  Value sizeOf(Value memref, Location loc);
  Value constant(int64_t value, Location loc) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI64IntegerAttr(value));
  }

  hw::ProgramOp program;
  SymbolTable &symbols;
  OpBuilder builder;
  LLVM::GlobalOp binary;
  LLVM::LLVMFuncOp infer;
};

LogicalResult HostCode::create() {
  return failure(failed(embedBinary()) || failed(declareInfer()));
}

LogicalResult HostCode::embedBinary() {
  FailureOr<std::vector<uint8_t>> bytes = translateToDeviceBinary(program);
  if (failed(bytes))
    return failure();
  StringRef text(reinterpret_cast<const char *>(bytes->data()), bytes->size());
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes->size());
  binary = LLVM::GlobalOp::create(builder, program.getLoc(), type,
                                  /*isConstant=*/true, LLVM::Linkage::Internal,
                                  (program.getSymName() + "_binary").str(),
                                  builder.getStringAttr(text), binaryAlignment);
  symbols.insert(binary); // makes the name unique
  return success();
}

LogicalResult HostCode::declareInfer() {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Type i64 = builder.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(
      i64, {pointer, i64, pointer, i64, pointer, i64});
  if (Operation *known = symbols.lookup(inferName)) {
    infer = dyn_cast<LLVM::LLVMFuncOp>(known);
    if (infer && infer.getFunctionType() == type)
      return success();
    return known->emitOpError() << "is in the way of the runtime's function of "
                                << "type " << type;
  }
  infer = LLVM::LLVMFuncOp::create(builder, program.getLoc(), inferName, type);
  symbols.insert(infer);
  return success();
}

Value HostCode::pointerTo(Value memref, Location loc) {
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, memref);
  Value integer =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), address);
  return LLVM::IntToPtrOp::create(
      builder, loc, LLVM::LLVMPointerType::get(builder.getContext()), integer);
}

Value HostCode::sizeOf(Value memref, Location loc) {
  return constant(cast<MemRefType>(memref.getType()).getNumElements(), loc);
}

void HostCode::lower(hw::ExecuteOp execute) {
  builder.setInsertionPoint(execute);
  Location loc = execute.getLoc();
  Value input = execute.getInput(), logits = execute.getDestination();
  auto bytes = cast<LLVM::LLVMArrayType>(binary.getType());
  Value arguments[] = {LLVM::AddressOfOp::create(builder, loc, binary),
                       constant(bytes.getNumElements(), loc),
                       pointerTo(input, loc),
                       sizeOf(input, loc),
                       pointerTo(logits, loc),
                       sizeOf(logits, loc)};
  Value round =
      LLVM::CallOp::create(builder, loc, infer, arguments).getResult();
  Value ran = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt,
                                    round, constant(0, loc));
  cf::AssertOp::create(builder, loc, ran,
                       ("program @" + program.getSymName() +
                        " did not run; the runtime has printed why")
                           .str());
  Value index =
      arith::IndexCastOp::create(builder, loc, builder.getIndexType(), round);
  execute.getExitRound().replaceAllUsesWith(index);
  execute.erase();
}

struct ConvertCraniaHWToLLVM
    : public crania::impl::ConvertCraniaHWToLLVMBase<ConvertCraniaHWToLLVM> {
  void runOnOperation() override;
  LogicalResult lowerProgram(hw::ProgramOp program, SymbolTable &symbols,
                             ArrayRef<hw::ExecuteOp> executions);
};

/// Returns the executions of the module by program. Reports an execution on
/// tensors, which cannot be lowered.
FailureOr<llvm::MapVector<Operation *, SmallVector<hw::ExecuteOp>>>
findExecutions(ModuleOp module) {
  llvm::MapVector<Operation *, SmallVector<hw::ExecuteOp>> executions;
  for (auto program : module.getOps<hw::ProgramOp>())
    executions[program] = {};
  WalkResult result = module.walk([&](hw::ExecuteOp execute) {
    if (!execute.getDestination()) {
      execute.emitOpError() << "is on tensors; bufferize before "
                            << "convert-crania-hw-to-llvm";
      return WalkResult::interrupt();
    }
    auto program = SymbolTable::lookupNearestSymbolFrom<hw::ProgramOp>(
        execute, execute.getProgramAttr());
    // Programs of nested modules are left to a run of the pass on those
    // modules.
    if (program->getParentOp() == module)
      executions[program].push_back(execute);
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  return executions;
}

LogicalResult
ConvertCraniaHWToLLVM::lowerProgram(hw::ProgramOp program, SymbolTable &symbols,
                                    ArrayRef<hw::ExecuteOp> executions) {
  if (!executions.empty()) {
    HostCode code(program, symbols);
    if (failed(code.create()))
      return failure();
    for (hw::ExecuteOp execute : executions)
      code.lower(execute);
  }
  symbols.erase(program);
  return success();
}

/// Erases the targets and the marks of classifiers. They have no meaning any
/// more, and tools without the dialect cannot read them.
void eraseDialectAttributes(ModuleOp module) {
  module.walk([](Operation *op) {
    for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
      if (isa_and_present<ir::CraniaDialect>(attribute.getNameDialect()))
        op->removeDiscardableAttr(attribute.getName());
  });
}

void ConvertCraniaHWToLLVM::runOnOperation() {
  auto executions = findExecutions(getOperation());
  if (failed(executions))
    return signalPassFailure();
  SymbolTable symbols(getOperation());
  for (auto &[program, users] : *executions)
    if (failed(lowerProgram(cast<hw::ProgramOp>(program), symbols, users)))
      return signalPassFailure();
  eraseDialectAttributes(getOperation());
}

} // namespace
