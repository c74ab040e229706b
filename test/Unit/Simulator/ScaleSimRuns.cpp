// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ScaleSimRuns.h"

#include "MicroProgram.h"

#include "crania/Simulator/Timing/Timeline.h"

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace crania;
using namespace crania::test;

namespace {

/// SCALE-Sim's machine: one weight per PE, loaded serially; the decoder keeps
/// up with a row of weights per cycle.
target::TargetModel scaleSimTarget() {
  target::TargetModel target;
  target.array.rows = target.array.cols = 32;
  target.array.weightsPerPE = 1;
  target.array.weightLoad = target::WeightLoad::serial;
  target.decoder.lanes = 32;
  target.globalBuffer.bytes = 64 << 20;
  target.weightStore.bytes = 64 << 20;
  return target;
}

} // namespace

std::vector<ScaleSimLayer> test::scaleSimLayers() {
  std::ifstream file(CRANIA_TEST_DATA "/scale_sim_ws_32x32.csv");
  std::vector<ScaleSimLayer> layers;
  std::string line;
  bool isHeader = true;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#')
      continue;
    if (isHeader) {
      isHeader = false;
      continue;
    }
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    std::string network, layer;
    uint32_t h, w, kernelH, kernelW, channels, filters, stride;
    uint64_t cycles;
    fields >> network >> layer >> h >> w >> kernelH >> kernelW >> channels >>
        filters >> stride >> cycles;
    // SCALE-Sim rounds the size of the output up.
    auto extent = [&](uint32_t size, uint32_t kernel) {
      return (size - kernel + stride + stride - 1) / stride;
    };
    const uint32_t rows = extent(h, kernelH), cols = extent(w, kernelW);
    layers.push_back({network + "/" + layer, kernelH * kernelW * channels,
                      filters, rows * cols, cycles});
  }
  return layers;
}

Result<uint64_t> test::simulate(const ScaleSimLayer &layer) {
  MicroProgram program(scaleSimTarget(), 1,
                       uint64_t(layer.outputs) * layer.pixels);
  // Activations are there from the start: nothing in the program writes them.
  const uint32_t activations =
      program.addBuffer("activations", uint64_t(layer.depth) * layer.pixels);
  const size_t count = size_t(layer.outputs) * layer.depth;
  const uint32_t w = program.addWeights(
      {1, layer.outputs, layer.depth}, std::vector<float>(count, 1),
      std::vector<uint8_t>(count, 1), "raw", binary::Residency::retained);
  program.addFetch(w, 1);
  binary::ContractT contract = matrixProduct(program, w, 1, layer.pixels);
  contract.input->buffer = activations;
  program.add(std::move(contract));
  auto executable = program.load();
  if (!executable)
    return Error{layer.name + " makes no program"};
  auto timing = simulator::simulateRound(executable->program(),
                                         executable->work(), 0, {});
  if (!timing)
    return timing.error();
  auto warm = simulator::simulateRound(
      executable->program(), executable->work(), 0, timing->storeAfter);
  if (!warm)
    return warm.error();
  uint64_t cycles = warm->total.busy[size_t(simulator::Unit::array)];
  for (uint64_t stalled : warm->total.stalls)
    cycles += stalled;
  return cycles - 1;
}
