// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operands.h"
#include "Verify.h"

namespace crania::binary {

namespace {

bool isDram(const Buffer &buffer) {
  return buffer.space() == Space::image || buffer.space() == Space::dram;
}

Status verifyDirection(const Buffer &source, const Buffer &destination) {
  if (isDram(source) == isDram(destination))
    return Error{"it moves from " + std::string(nameOf(source.space())) +
                 " to " + std::string(nameOf(destination.space())) +
                 ", but must move between DRAM and the global buffer"};
  if (destination.space() == Space::image)
    return Error{"it writes to the read-only image"};
  if (source.element() != destination.element())
    return Error{"source and destination have different element types, " +
                 std::string(nameOf(source.element())) + " and " +
                 std::string(nameOf(destination.element()))};
  return {};
}

Status verifyBox(const Copy &copy) {
  size_t rank = copy.extents()->size();
  if (rank > maxRank)
    return Error{"it has more than " + std::to_string(maxRank) + " dimensions"};
  if (copy.source_strides()->size() != rank ||
      copy.destination_strides()->size() != rank)
    return Error{"extents and strides have different lengths"};
  if (!boundedProduct(*copy.extents(), maxLoopIterations))
    return Error{"it is empty or moves more than " +
                 std::to_string(maxLoopIterations) + " elements"};
  for (size_t i = 0; i < rank; ++i) {
    if (Status status = checkStride(copy.source_strides()->Get(i), "source");
        !status)
      return status;
    if (Status status =
            checkStride(copy.destination_strides()->Get(i), "destination");
        !status)
      return status;
  }
  return {};
}

} // namespace

Status verifyCopy(const Copy &copy, const ProgramContext &context) {
  if (!isKnown(copy.purpose()))
    return Error{"its purpose is unknown"};
  Result<const Buffer *> source = bufferOf(copy.source(), "source", context);
  if (!source)
    return source.error();
  Result<const Buffer *> destination =
      bufferOf(copy.destination(), "destination", context);
  if (!destination)
    return destination.error();
  if (Status status = verifyDirection(**source, **destination); !status)
    return status;
  if (Status status = verifyBox(copy); !status)
    return status;
  std::vector<Axis> from = axesOf(*copy.extents(), *copy.source_strides());
  std::vector<Axis> to = axesOf(*copy.extents(), *copy.destination_strides());
  if (!areDistinct(to))
    return Error{"destination has strides that let elements coincide"};
  if (Status status = checkInside(elementsOf(copy.source_offset(), from),
                                  **source, "source");
      !status)
    return status;
  return checkInside(elementsOf(copy.destination_offset(), to), **destination,
                     "destination");
}

Status verifyExitTest(const ExitTest &test, const ProgramContext &context) {
  Result<const Buffer *> buffer =
      computeBufferOf(test.logits(), "logits", context);
  if (!buffer)
    return buffer.error();
  if (!isFloat((*buffer)->element()))
    return Error{"logits \"" + (*buffer)->name()->str() + "\" hold " +
                 std::string(nameOf((*buffer)->element())) +
                 ", but the exit unit compares f32"};
  if (test.classes() == 0)
    return Error{"it compares no classes"};
  Axis classes{0, Wide(test.classes()) - 1, 1};
  return checkInside(elementsOf(test.offset(), Span<const Axis>(&classes, 1)),
                     **buffer, "logits");
}

} // namespace crania::binary
