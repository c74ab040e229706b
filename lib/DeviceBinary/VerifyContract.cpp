// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"
#include "TileRanges.h"
#include "Verify.h"

#include "crania/DeviceBinary/DeviceBinary.h"

namespace crania::binary {

namespace {

/// Bounds of the window's parameters and of a plane's sides, for the reason
/// given in Operands.h.
constexpr uint32_t maxWindow = 1 << 12;
constexpr uint32_t maxSide = 1 << 16;

Status verifyPlane(const Plane &plane, const std::string &role,
                   const ProgramContext &context) {
  Result<const Buffer *> buffer =
      computeBufferOf(plane.buffer(), role, context);
  if (!buffer)
    return buffer.error();
  if (plane.channels() == 0 || plane.height() == 0 || plane.width() == 0 ||
      plane.height() > maxSide || plane.width() > maxSide)
    return Error{role + " is empty or has a side above " +
                 std::to_string(maxSide)};
  for (int64_t stride :
       {plane.channel_stride(), plane.row_stride(), plane.column_stride()})
    if (Status status = checkStride(stride, role); !status)
      return status;
  return checkInside(elementsOf(plane), **buffer, role);
}

Status verifyOutputPlane(const Plane &plane, const ProgramContext &context) {
  if (Status status = verifyPlane(plane, "output", context); !status)
    return status;
  std::array<Axis, 3> axes = axesOf(plane);
  if (!areDistinct({axes.begin(), axes.end()}))
    return Error{"output has strides that let elements coincide"};
  return {};
}

Status verifyWindow(const Contract &c) {
  for (uint32_t size : {c.kernel_h(), c.kernel_w(), c.stride_h(), c.stride_w(),
                        c.dilation_h(), c.dilation_w()})
    if (size == 0 || size > maxWindow)
      return Error{"kernel, strides and dilations must be 1 to " +
                   std::to_string(maxWindow)};
  for (int64_t pad : {c.pad_top(), c.pad_left()})
    if (pad > maxWindow || pad < -int64_t(maxWindow))
      return Error{"a pad is beyond " + std::to_string(maxWindow)};
  return {};
}

ElementType elementOf(const Plane &plane, const ProgramContext &context) {
  return context.program.buffers()->Get(plane.buffer())->element();
}

/// Checks the element types of input and output, which the type of the weights
/// decides.
Status verifyTypes(const Contract &c, const Weights &weights,
                   const ProgramContext &context) {
  ElementType element = weights.element();
  std::string type(nameOf(element));
  std::string name = "weights \"" + weights.name()->str() + "\" of " + type;
  ElementType input = elementOf(*c.input(), context);
  if (!takesInput(element, input))
    return Error{"its input holds " + std::string(nameOf(input)) + ", but " +
                 name + " take " +
                 (element == ElementType::i8 ? "i8 or u8" : type)};
  ElementType output = elementOf(*c.output(), context);
  const ElementType sum = *traitsOf(element).sum;
  if (output != sum)
    return Error{"its output holds " + std::string(nameOf(output)) + ", but " +
                 name + " give " + std::string(nameOf(sum))};
  if (c.accumulate() && !isFloat(element))
    return Error{"it accumulates, but " + name +
                 " do not: only f32 is added to what the output holds"};
  return {};
}

/// Checks that planes, kernel and weight matrix fit together.
Status verifyShapes(const Contract &c, const Weights &weights) {
  uint32_t groups = weights.groups();
  uint64_t channels = c.input()->channels();
  if (channels % groups != 0 ||
      channels / groups * c.kernel_h() * c.kernel_w() != weights.depth())
    return Error{"an input of " + std::to_string(channels) +
                 " channels and a kernel of " + std::to_string(c.kernel_h()) +
                 "x" + std::to_string(c.kernel_w()) +
                 " do not make the depth " + std::to_string(weights.depth()) +
                 " of each of the " + std::to_string(groups) + " groups"};
  uint64_t outputs = uint64_t(groups) * weights.outputs();
  if (c.output()->channels() != outputs)
    return Error{"its output has " + std::to_string(c.output()->channels()) +
                 " channels, but the weights make " + std::to_string(outputs)};
  uint64_t factors[] = {c.output()->height(), c.output()->width(),
                        tilingOf(weights).elements()};
  if (!boundedProduct(factors, maxMultiplications))
    return Error{"it needs more than " + std::to_string(maxMultiplications) +
                 " multiplications"};
  return {};
}

Status verifyTiles(const Contract &c, const Weights &weights) {
  if (c.clusters() == 0 || c.clusters() > weights.segments()->size())
    return Error{"it decodes clusters 1 to " + std::to_string(c.clusters()) +
                 ", but weights \"" + weights.name()->str() + "\" have " +
                 std::to_string(weights.segments()->size())};
  if (Status status = checkTileRange(c.tile_begin(), c.tile_end(), weights);
      !status)
    return status;
  uint32_t blockTiles = tilingOf(weights).depthBlocks();
  if (c.tile_begin() % blockTiles != 0 || c.tile_end() % blockTiles != 0)
    return Error{"tiles " + rangeText(c.tile_begin(), c.tile_end()) +
                 " are not whole blocks of outputs, which have " +
                 std::to_string(blockTiles) + " tiles each"};
  for (size_t i = 0; i < c.clusters(); ++i)
    if (Status status = checkWholeBlocks(c.tile_begin(), c.tile_end(),
                                         *weights.segments()->Get(i));
        !status)
      return status;
  return {};
}

/// Checks that output and input do not overlap: the array writes outputs while
/// it reads inputs.
Status verifyNoOverlap(const Contract &c, const ProgramContext &context) {
  auto bytes = [&](const Plane &plane) {
    const Buffer &buffer = *context.program.buffers()->Get(plane.buffer());
    Interval range = elementsOf(plane);
    unsigned size = bytesOf(buffer.element());
    return Interval{buffer.offset() + range.low * size,
                    buffer.offset() + range.high * size + size - 1};
  };
  Interval input = bytes(*c.input()), output = bytes(*c.output());
  if (input.high < output.low || output.high < input.low)
    return {};
  return Error{"its output overlaps its input in the global buffer"};
}

} // namespace

Status verifyContract(const Contract &contract, const ProgramContext &context) {
  Result<const Weights *> weights = weightsOf(contract.weights(), context);
  if (!weights)
    return weights.error();
  if (Status status = verifyPlane(*contract.input(), "input", context); !status)
    return status;
  if (Status status = verifyOutputPlane(*contract.output(), context); !status)
    return status;
  if (Status status = verifyTypes(contract, **weights, context); !status)
    return status;
  if (Status status = verifyWindow(contract); !status)
    return status;
  if (Status status = verifyShapes(contract, **weights); !status)
    return status;
  if (Status status = verifyTiles(contract, **weights); !status)
    return status;
  return verifyNoOverlap(contract, context);
}

} // namespace crania::binary
