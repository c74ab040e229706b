// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ContractKernel.h"
#include "crania/DeviceBinary/Accesses.h"

#include <cassert>

using namespace crania;
using namespace crania::simulator;

/// Returns the host's type of an operand of a contraction; the program was
/// verified.
static HostElement hostElementOf(binary::ElementType type) {
  switch (type) {
  case binary::ElementType::i8:
    return HostElement::i8;
  case binary::ElementType::u8:
    return HostElement::u8;
  case binary::ElementType::i16:
    return HostElement::i16;
  default:
    return HostElement::f32;
  }
}

static HostPlane planeOf(const binary::Plane &plane) {
  return {plane.channels(),       plane.height(),     plane.width(),
          plane.channel_stride(), plane.row_stride(), plane.column_stride()};
}

ContractionShape simulator::shapeOf(const ProgramView &program,
                                    const binary::Contract &contract) {
  const encoding::Tiling &tiling = program.tiling(contract.weights());
  assert(contract.tile_begin() < contract.tile_end() &&
         contract.input()->channels() % tiling.groups == 0 &&
         "the contract was not verified");
  ContractionShape shape;
  shape.weights = hostElementOf(program.weights(contract.weights()).element());
  shape.input = hostElementOf(elementOf(program, contract.input()->buffer()));
  shape.groups = tiling.groups;
  shape.outputs = tiling.outputs;
  shape.channels = contract.input()->channels() / tiling.groups;
  shape.kernelH = contract.kernel_h();
  shape.kernelW = contract.kernel_w();
  shape.strideH = contract.stride_h();
  shape.strideW = contract.stride_w();
  shape.dilationH = contract.dilation_h();
  shape.dilationW = contract.dilation_w();
  shape.padTop = contract.pad_top();
  shape.padLeft = contract.pad_left();
  shape.inputPlane = planeOf(*contract.input());
  shape.outputPlane = planeOf(*contract.output());
  const binary::Channels outputs = binary::outputChannelsOf(contract, tiling);
  shape.outputBegin = outputs.begin;
  shape.outputEnd = outputs.end;
  shape.accumulate = contract.accumulate();
  return shape;
}

ContractKernel ContractKernel::plan(const ProgramView &program,
                                    const binary::Contract &contract,
                                    const DecodedWeights &weights,
                                    ContractionPlanner &planner) {
  ContractKernel k;
  k.contraction =
      planner.plan(shapeOf(program, contract), weights.matrix.data());
  k.input =
      locate(program, contract.input()->buffer(), contract.input()->offset());
  k.output =
      locate(program, contract.output()->buffer(), contract.output()->offset());
  return k;
}

bool ContractKernel::takeOn(const FusedVector &vector,
                            const ContractionShape &shape) {
  const auto plane = vector.planeBias();
  if (!plane || !contraction->takesBias())
    return false;
  const HostPlane &out = shape.outputPlane;
  const bool isDense = (out.width == 1 || out.columnStride == 1) &&
                       (out.height == 1 || out.rowStride == out.width);
  const int64_t channelBytes = out.channelStride * int64_t(sizeof(float));
  const Location first = output + shape.outputBegin * channelBytes;
  if (!isDense || plane->plane.space != first.space ||
      plane->plane.byte != first.byte || plane->channelBytes != channelBytes ||
      plane->channels != shape.outputEnd - shape.outputBegin ||
      plane->pixels != out.height * out.width)
    return false;
  bias = {plane->offsets, plane->low};
  return true;
}

void ContractKernel::runAll(const Memories &memories, uint8_t *scratch) const {
  if (!bias)
    return run(memories, scratch);
  const ChannelBias offsets = {memories.read<float>(bias->offsets), bias->low};
  contraction->run(memories.read(input), memories.write(output), scratch,
                   &offsets);
}

static_assert(AlignedBytes::alignment % HostContraction::scratchAlignment == 0);
