// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ObservedProgram.h"
#include "crania/Conversion/CraniaToCraniaHW/CraniaToCraniaHW.h"
#include "crania/Dialect/Crania/IR/CraniaOps.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Pass/PassManager.h"

#include <map>

using namespace mlir;
using namespace crania;

namespace {

/// Returns `edge` with the largest global buffer that a target may have. Only
/// the answers of the machine are used, not its figures.
target::TargetModel observingMachine() {
  target::TargetModel machine;
  machine.name = "calibration";
  machine.globalBuffer.bytes = uint64_t(256) << 20;
  return machine;
}

/// A location with the order number of an op of the classifier. The conversion
/// to commands hands over locations but no attributes, so the number is
/// metadata of the location.
using NumberedLoc = FusedLocWith<IntegerAttr>;

/// A module with only a copy of the function, at the end of the module of the
/// function. Its ops have their order numbers. It is erased with this object.
class IsolatedCopy {
public:
  explicit IsolatedCopy(func::FuncOp function) {
    OpBuilder builder(function.getContext());
    auto parent = function->getParentOfType<ModuleOp>();
    builder.setInsertionPointToEnd(parent.getBody());
    module = ModuleOp::create(builder, function.getLoc());
    auto copy = cast<func::FuncOp>(function->clone());
    module.push_back(copy);
    for (auto [i, op] : llvm::enumerate(copy.getBody().front()))
      op.setLoc(FusedLoc::get(builder.getContext(), {op.getLoc()},
                              builder.getIndexAttr(int64_t(i))));
    target::TargetModel machine = observingMachine();
    module->setAttr(
        ir::CraniaDialect::getTargetAttrName(),
        ir::TargetAttr::get(builder.getContext(), machine.name,
                            builder.getStringAttr(machine.toJson())));
  }
  IsolatedCopy(const IsolatedCopy &) = delete;
  IsolatedCopy &operator=(const IsolatedCopy &) = delete;
  ~IsolatedCopy() { module->erase(); }

  ModuleOp operator*() const { return module; }

private:
  ModuleOp module;
};

/// Returns the pipeline that compiles the copy.
OpPassManager loweringPipeline() {
  OpPassManager manager(ModuleOp::getOperationName());
  manager.addPass(createCheckClassifiers());
  manager.addPass(createClusterWeights({"1"}));
  manager.addNestedPass<func::FuncOp>(createFormRounds());
  AssignEncodingsOptions encodings;
  encodings.encodings.push_back("raw");
  manager.addPass(createAssignEncodings(encodings));
  ScheduleFetchesOptions schedule;
  schedule.retain = false;
  manager.addPass(createScheduleFetches(schedule));
  manager.addNestedPass<func::FuncOp>(createPlaceSegments());
  manager.addPass(createConvertCraniaToHW());
  return manager;
}

/// Returns the order number of the op that a command comes from.
std::optional<size_t> orderNumberOf(Operation *command) {
  std::optional<size_t> number;
  command->getLoc()->walk([&](Location inner) {
    if (auto numbered = dyn_cast<NumberedLoc>(inner))
      number = size_t(numbered.getMetadata().getInt());
    return WalkResult::advance();
  });
  return number;
}

/// Returns true for structured ops. Other ops are views and concatenations of
/// numbers that are observed where they are computed.
bool isStructured(Operation *op) {
  return isa<linalg::LinalgDialect>(op->getDialect()) &&
         op->getNumResults() == 1;
}

/// Frees the image of the program, which the device binary now holds. Blobs
/// otherwise live as long as the context.
void releaseImage(hw::ProgramOp program) {
  if (auto image = dyn_cast<DenseResourceElementsAttr>(program.getImage()))
    DenseResourceElementsHandle::getManagerInterface(program.getContext())
        .getBlobManager()
        .update(image.getRawHandle().getKey(), AsmResourceBlob());
}

} // namespace

FailureOr<ObservedProgram> ObservedProgram::create(func::FuncOp function,
                                                   PipelineRunner runPipeline) {
  if (function.walk([](ir::MaterializeOp) { return WalkResult::interrupt(); })
          .wasInterrupted())
    return function.emitOpError()
           << "is clustered already; calibrate before crania-cluster-weights";
  // The network itself gets the warnings, not a copy of it.
  ScopedDiagnosticHandler withoutWarnings(
      function.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() == DiagnosticSeverity::Warning);
      });
  const IsolatedCopy module(function);
  OpPassManager pipeline = loweringPipeline();
  if (failed(runPipeline(pipeline, *module)))
    return failure();
  FailureOr<std::vector<uint8_t>> bytes = translateToDeviceBinary(*module);
  if (failed(bytes))
    return failure();
  auto program = *(*module).getOps<hw::ProgramOp>().begin();
  releaseImage(program);
  auto fail = [&](const Error &error) {
    return function.emitOpError() << "cannot be run: " << error.message;
  };
  auto binary = binary::DeviceBinary::parse(std::move(*bytes));
  if (!binary)
    return fail(binary.error());
  // The compiled bytes depend only on these numbers, not on the host.
  auto executable =
      runtime::Executable::load(*binary, 0, simulator::SumOrder::fixed);
  if (!executable)
    return fail(executable.error());

  ObservedProgram observed;
  observed.executable = std::move(*executable);
  std::vector<Operation *> ops;
  for (Operation &op : function.getBody().front())
    ops.push_back(&op);
  auto round = *program.getOps<hw::RoundOp>().begin();
  // Copies of operands and the steps of an aggregate come before the command
  // that gives the result, with the same number.
  std::map<size_t, uint32_t> lastCommands;
  for (auto [i, command] : llvm::enumerate(round.getBody().front()))
    if (std::optional<size_t> number = orderNumberOf(&command);
        number && isa<hw::ContractOp, hw::VectorOp>(command))
      lastCommands[*number] = i;
  for (auto [number, command] : lastCommands)
    if (number < ops.size() && isStructured(ops[number]))
      observed.ops[command] = ops[number];
  return observed;
}
