// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ProgramEmitter.h"
#include "RoundEmitter.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringSet.h"

#include <cassert>

using namespace mlir;
using namespace crania;
using namespace crania::lowering;

namespace {

/// Returns the image as a resource blob, since an attribute would be uniqued.
ElementsAttr imageAttribute(MLIRContext *context, StringRef name,
                            AsmResourceBlob blob) {
  auto type = RankedTensorType::get({int64_t(blob.getData().size())},
                                    IntegerType::get(context, 8));
  return DenseResourceElementsAttr::get(type, (name + "_image").str(),
                                        std::move(blob));
}

class ProgramEmitter {
public:
  ProgramEmitter(OpBuilder &builder, ir::IterateOp iterate,
                 const Network &network, const MemoryPlan &plan,
                 ProgramImage &image)
      : builder(builder), iterate(iterate), network(network), plan(plan),
        image(image) {}

  hw::ProgramOp run(StringRef name, ir::ExitAttr exit) {
    assert(image.segments.size() == network.weights.size() &&
           "segments for all weights");
    assert(image.parameters.size() == network.storages.size() &&
           "a list of places per storage");
    assert(iterate.getRounds() > 0 && "a program has rounds");
    nameBuffers();
    auto buffer = [&](StringRef name) {
      return FlatSymbolRefAttr::get(builder.getContext(), name);
    };
    auto logits = hw::PortAttr::get(
        builder.getContext(), buffer(names.logitsInDram), network.logitsType);
    auto program = hw::ProgramOp::create(
        builder, iterate.getLoc(), name, iterate.getTarget(),
        precisionOf(network, builder.getContext()), exit,
        inputPort(buffer(names.inDram[network.input].front())), logits,
        imageAttribute(builder.getContext(), name, std::move(image.blob)),
        plan.dramBytes);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&program.getBody().front());
    emitBuffers();
    emitWeights();
    const SymbolTable symbols(program);
    for (int64_t round = 1; round <= int64_t(iterate.getRounds()); ++round)
      emitRound(symbols, round);
    return program;
  }

private:
  hw::PortAttr inputPort(FlatSymbolRefAttr buffer) {
    return hw::PortAttr::get(builder.getContext(), buffer, network.inputType,
                             network.inputScale, network.inputLayout);
  }

  std::string unique(StringRef base) {
    std::string name = base.str();
    for (unsigned n = 1; !taken.insert(name).second; ++n)
      name = (base + "_" + Twine(n)).str();
    return name;
  }

  void nameBuffers() {
    for (const NetworkWeights &weights : network.weights)
      taken.insert(weights.name());
    names.onChip.resize(network.storages.size());
    names.inDram.resize(network.storages.size());
    for (StorageId id = 0; id < network.storages.size(); ++id)
      nameStorage(id);
    for (size_t i = 0; i < network.stages.size(); ++i)
      nameWindows(i);
    names.logitsInDram = unique("logits");
  }

  void nameWindows(size_t stage) {
    names.windows.emplace_back();
    const MemoryPlan::StagePlan &stagePlan = plan.stages[stage];
    for (auto [window, offset] :
         llvm::zip_equal(stagePlan.windows, stagePlan.windowOffsets)) {
      Type element = network.storages[window.storage].element;
      if (offset && !names.windows.back().contains(element))
        names.windows.back()[element] =
            unique(network.stages[stage].label + ".windows");
    }
  }

  void nameStorage(StorageId id) {
    const std::string &name = network.storages[id].name;
    if (plan.onChip[id])
      names.onChip[id] = unique(name);
    if (plan.inDram[id])
      names.inDram[id].push_back(unique(name + ".dram"));
    for (size_t i = 0; i < image.parameters[id].size(); ++i)
      names.inDram[id].push_back(unique(name + ".image"));
  }

  void emitBuffer(StringRef name, hw::Space space, uint64_t offset,
                  uint64_t bytes, Type element) {
    hw::BufferOp::create(builder, iterate.getLoc(), name, space, offset, bytes,
                         element);
  }

  void emitBuffers() {
    for (auto [id, storage] : llvm::enumerate(network.storages)) {
      if (plan.onChip[id])
        emitBuffer(names.onChip[id], hw::Space::GlobalBuffer, *plan.onChip[id],
                   storage.bytes(), storage.element);
      if (plan.inDram[id])
        emitBuffer(names.inDram[id].front(), hw::Space::Dram, *plan.inDram[id],
                   storage.bytes(), storage.element);
      for (auto [name, offset] :
           llvm::zip(names.inDram[id], image.parameters[id]))
        emitBuffer(name, hw::Space::Image, offset, storage.bytes(),
                   storage.element);
    }
    for (auto [i, stage] : llvm::enumerate(plan.stages))
      for (const auto &[element, name] : names.windows[i])
        emitBuffer(name, hw::Space::GlobalBuffer, stage.scratchOffset,
                   stage.tile.sets * stage.setBytes, element);
    const Storage &logits = network.storages[network.logits];
    emitBuffer(names.logitsInDram, hw::Space::Dram, plan.logitsInDram,
               network.logitsType.getNumElements() * logits.elementBytes(),
               logits.element);
  }

  void emitWeights() {
    for (auto [weights, segments] :
         llvm::zip_equal(network.weights, image.segments)) {
      ir::WeightsOp op = weights.op;
      SmallVector<Attribute> attributes(segments.begin(), segments.end());
      const encoding::Tiling &tiling = weights.tiling;
      hw::WeightsOp::create(
          builder, op.getLoc(), op.getSymName(), tiling.groups, tiling.outputs,
          tiling.depth,
          {int64_t(tiling.tileOutputs), int64_t(tiling.tileDepth)},
          weights.element(), builder.getArrayAttr(attributes));
    }
  }

  void emitRound(const SymbolTable &symbols, int64_t number) {
    auto round = hw::RoundOp::create(builder, iterate.getLoc());
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&round.getBody().front());
    RoundEmitter(builder, network, plan, image, names, symbols, number)
        .run(iterate.getLoc());
  }

  OpBuilder &builder;
  ir::IterateOp iterate;
  const Network &network;
  const MemoryPlan &plan;
  ProgramImage &image;
  BufferNames names;
  llvm::StringSet<> taken;
};

} // namespace

hw::ProgramOp crania::lowering::emitProgram(OpBuilder &builder,
                                            ir::IterateOp iterate,
                                            ir::ExitAttr exit, StringRef name,
                                            const Network &network,
                                            const MemoryPlan &plan,
                                            ProgramImage &image) {
  return ProgramEmitter(builder, iterate, network, plan, image).run(name, exit);
}
