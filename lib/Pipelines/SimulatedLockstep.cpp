// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SimulatedLockstep.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace mlir;
using namespace crania;
using Memory = simulator::FunctionalEngine::Memory;

namespace {

/// Returns the contraction of an op with a constant operand. The error is a
/// clause about the op.
Result<Contraction> contractionOf(linalg::LinalgOp op) {
  for (OpOperand *operand : op.getDpsInputOperands())
    if (matchPattern(operand->get(), m_Constant()))
      return analyzeContraction(op, operand->get());
  return Error{"it has no constant weights"};
}

/// Calls `visit` with a pointer to the elements of a buffer, in its type.
template <typename Visit>
void withElements(binary::ElementType type, uint8_t *bytes, Visit visit) {
  switch (type) {
  case binary::ElementType::f32:
    return visit(reinterpret_cast<float *>(bytes));
  case binary::ElementType::i64:
    return visit(reinterpret_cast<int64_t *>(bytes));
  case binary::ElementType::i32:
    return visit(reinterpret_cast<int32_t *>(bytes));
  case binary::ElementType::i16:
    return visit(reinterpret_cast<int16_t *>(bytes));
  case binary::ElementType::i8:
    return visit(reinterpret_cast<int8_t *>(bytes));
  case binary::ElementType::u8:
    return visit(bytes);
  }
}

} // namespace

FailureOr<std::unique_ptr<LockstepNetwork>>
SimulatedLockstep::create(func::FuncOp function,
                          const runtime::ImageSet &images, size_t count,
                          unsigned variants, PipelineRunner runPipeline) {
  FailureOr<ObservedProgram> program =
      ObservedProgram::create(function, runPipeline);
  if (failed(program))
    return failure();
  std::unique_ptr<SimulatedLockstep> created(new SimulatedLockstep());
  SimulatedLockstep &network = *created;
  network.executable = std::move(program->executable);
  network.inputCount = count;
  const auto &commands = network.executable->program().commands(0);
  for (auto [command, op] : program->ops) {
    if (!commands.Get(command)->body_as_Contract())
      continue;
    Result<Contraction> contraction = contractionOf(cast<linalg::LinalgOp>(op));
    if (!contraction)
      return op->emitOpError()
             << "cannot be calibrated: " << contraction.error().message;
    network.layerList.push_back({*contraction, command});
  }
  const simulator::FunctionalEngine &engine = network.executable->engine();
  std::vector<float> input(network.executable->inputElements());
  for (unsigned v = 0; v < variants; ++v) {
    network.memories.emplace_back();
    for (size_t i = 0; i < count; ++i) {
      images.load(i, input);
      network.memories.back().push_back(engine.allocate());
      engine.begin(input, network.memories.back().back());
    }
  }
  return std::unique_ptr<LockstepNetwork>(std::move(created));
}

const binary::Contract &
SimulatedLockstep::contractOf(const Layer &layer) const {
  return *executable->program()
              .commands(0)
              .Get(layer.command)
              ->body_as_Contract();
}

std::vector<Memory *> SimulatedLockstep::memoriesOf(unsigned variant) {
  std::vector<Memory *> result;
  for (Memory &memory : memories[variant])
    result.push_back(&memory);
  return result;
}

size_t SimulatedLockstep::pixels(const Layer &layer) const {
  const binary::Plane &plane = *contractOf(layer).output();
  return size_t(plane.height()) * plane.width();
}

void SimulatedLockstep::advanceTo(const Layer &layer) {
  assert(layer.command >= nextCommand && "layers come in order");
  for (; nextCommand < layer.command; ++nextCommand)
    for (unsigned v = 0; v < memories.size(); ++v) {
      std::vector<Memory *> all = memoriesOf(v);
      executable->engine().runCommand(0, nextCommand, all);
    }
  nextCommand = layer.command + 1;
}

void SimulatedLockstep::run(const Layer &layer, unsigned variant) {
  assert(variant < memories.size() && "no such variant");
  std::vector<Memory *> all = memoriesOf(variant);
  executable->engine().runCommand(0, layer.command, all);
}

void SimulatedLockstep::run(const Layer &layer, unsigned variant,
                            ArrayRef<int8_t> words) {
  assert(variant < memories.size() && "no such variant");
  simulator::DecodedWeights weights;
  weights.element = binary::ElementType::i8;
  weights.matrix = AlignedBytes(words.size());
  std::copy(words.begin(), words.end(), weights.matrix.data());
  std::vector<Memory *> all = memoriesOf(variant);
  executable->engine().runContract(0, layer.command, weights, all);
}

void SimulatedLockstep::gatherInput(const Layer &layer, unsigned variant,
                                    size_t input, size_t pixel,
                                    MutableArrayRef<float> row) {
  const binary::Contract &contract = contractOf(layer);
  assert(variant < memories.size() && input < memories[variant].size() &&
         "no such image");
  assert(pixel < pixels(layer) && "no such pixel");
  assert(row.size() == size_t(layer.contraction.depth()) &&
         "one number per input of an output");
  const binary::Plane &plane = *contract.input();
  const size_t width = contract.output()->width();
  const int64_t top =
      int64_t(pixel / width) * contract.stride_h() - contract.pad_top();
  const int64_t left =
      int64_t(pixel % width) * contract.stride_w() - contract.pad_left();
  const auto &buffer =
      *executable->program().program().buffers()->Get(plane.buffer());
  const int64_t channels = layer.contraction.channels;
  auto contents =
      executable->engine().contentsOf(plane.buffer(), memories[variant][input]);
  withElements(buffer.element(), contents.data(), [&](const auto *elements) {
    size_t next = 0;
    for (int64_t c = 0; c < channels; ++c)
      for (uint32_t i = 0; i < contract.kernel_h(); ++i)
        for (uint32_t j = 0; j < contract.kernel_w(); ++j) {
          const int64_t y = top + int64_t(i) * contract.dilation_h();
          const int64_t x = left + int64_t(j) * contract.dilation_w();
          const bool isInside =
              y >= 0 && y < plane.height() && x >= 0 && x < plane.width();
          row[next++] = isInside ? float(elements[int64_t(plane.offset()) +
                                                  c * plane.channel_stride() +
                                                  y * plane.row_stride() +
                                                  x * plane.column_stride()])
                                 : 0.0f;
        }
  });
}

/// Calls `visit` with each sum of a pixel, in the order of the outputs.
template <typename Visit>
static void forEachSum(const simulator::ProgramView &program,
                       const binary::Plane &plane, uint8_t *contents,
                       size_t pixel, Visit visit) {
  const auto &buffer = *program.program().buffers()->Get(plane.buffer());
  const int64_t y = int64_t(pixel / plane.width()),
                x = int64_t(pixel % plane.width());
  withElements(buffer.element(), contents, [&](auto *elements) {
    auto *first = elements + plane.offset() + y * plane.row_stride() +
                  x * plane.column_stride();
    for (uint32_t c = 0; c < plane.channels(); ++c)
      visit(c, first[int64_t(c) * plane.channel_stride()]);
  });
}

void SimulatedLockstep::gatherSums(const Layer &layer, unsigned variant,
                                   size_t input, size_t pixel,
                                   MutableArrayRef<float> row) {
  const binary::Plane &plane = *contractOf(layer).output();
  assert(variant < memories.size() && input < memories[variant].size() &&
         "no such image");
  assert(pixel < pixels(layer) && row.size() == plane.channels() &&
         "one sum per output of a pixel");
  auto contents =
      executable->engine().contentsOf(plane.buffer(), memories[variant][input]);
  forEachSum(executable->program(), plane, contents.data(), pixel,
             [&](uint32_t output, auto sum) { row[output] = float(sum); });
}

void SimulatedLockstep::correctSums(const Layer &layer, unsigned variant,
                                    ArrayRef<double> gains,
                                    ArrayRef<double> offsets) {
  const binary::Plane &plane = *contractOf(layer).output();
  assert(gains.size() == plane.channels() &&
         offsets.size() == plane.channels() && "one of each per output");
  for (Memory &memory : memories[variant]) {
    auto contents = executable->engine().contentsOf(plane.buffer(), memory);
    for (size_t pixel = 0, all = pixels(layer); pixel < all; ++pixel)
      forEachSum(executable->program(), plane, contents.data(), pixel,
                 [&](uint32_t output, auto &sum) {
                   using Sum = std::decay_t<decltype(sum)>;
                   sum = Sum(std::nearbyint(gains[output] * double(sum) +
                                            offsets[output]));
                 });
  }
}
