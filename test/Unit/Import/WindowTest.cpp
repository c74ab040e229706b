// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Tests of the geometry of sliding windows against counting one by one.

#include "Window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using crania::importer::WindowAxis;

static WindowAxis anyAxis() {
  WindowAxis axis;
  axis.input = *rc::gen::inRange(1, 12);
  axis.kernel = *rc::gen::inRange(1, 6);
  axis.stride = *rc::gen::inRange(1, 5);
  axis.dilation = *rc::gen::inRange(1, 4);
  axis.padBefore = *rc::gen::inRange(0, 6);
  axis.padAfter = *rc::gen::inRange(0, 6);
  axis.output = *rc::gen::inRange(1, 8);
  return axis;
}

RC_GTEST_PROP(WindowAxis, countsTapsWithinARange, ()) {
  WindowAxis axis = anyAxis();
  int64_t position = *rc::gen::inRange<int64_t>(0, axis.output);
  int64_t low = *rc::gen::inRange<int64_t>(-6, 12),
          high = *rc::gen::inRange<int64_t>(-6, 18);
  int64_t expected = 0;
  for (int64_t tap = 0; tap < axis.kernel; ++tap) {
    int64_t element =
        position * axis.stride - axis.padBefore + tap * axis.dilation;
    expected += low <= element && element < high;
  }
  RC_ASSERT(axis.tapsWithin(position, low, high) == expected);
}

RC_GTEST_PROP(WindowAxis, overhangReachesTheLastTap, ()) {
  WindowAxis axis = anyAxis();
  int64_t lastTap =
      (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation;
  int64_t padded = axis.input + axis.padBefore + axis.padAfter;
  RC_ASSERT(axis.overhang() == std::max<int64_t>(0, lastTap + 1 - padded));
}
