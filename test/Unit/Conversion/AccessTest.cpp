// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Access.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

using namespace mlir;
using namespace crania::lowering;

namespace {

/// Returns the element of the storage that an index tuple names, or nothing for
/// padding.
std::optional<int64_t> elementOf(const View &view, ArrayRef<int64_t> indices) {
  int64_t element = view.offset;
  for (auto [dim, index] : llvm::zip_equal(view.dims, indices)) {
    int64_t at = dim.start + index;
    if (at < 0 || at >= dim.extent)
      return std::nullopt;
    element += at * dim.stride;
  }
  return element;
}

std::optional<int64_t> elementOf(const Access &access,
                                 ArrayRef<int64_t> loops) {
  int64_t element = access.offset;
  for (const Access::Dim &dim : access.dims) {
    int64_t at = dim.start;
    for (auto [coefficient, loop] : llvm::zip_equal(dim.coefficients, loops))
      at += coefficient * loop;
    if (at < 0 || at >= dim.extent)
      return std::nullopt;
    element += at * dim.stride;
  }
  return element;
}

/// Returns all index tuples below the bounds, in row-major order.
std::vector<SmallVector<int64_t>> tuplesBelow(ArrayRef<int64_t> bounds) {
  std::vector<SmallVector<int64_t>> tuples(1);
  for (int64_t bound : bounds) {
    std::vector<SmallVector<int64_t>> longer;
    for (const SmallVector<int64_t> &tuple : tuples)
      for (int64_t i = 0; i < bound; ++i) {
        longer.push_back(tuple);
        longer.back().push_back(i);
      }
    tuples = std::move(longer);
  }
  return tuples;
}

std::vector<std::optional<int64_t>> elementsOf(const View &view) {
  std::vector<std::optional<int64_t>> elements;
  for (const SmallVector<int64_t> &tuple : tuplesBelow(view.shape()))
    elements.push_back(elementOf(view, tuple));
  return elements;
}

TEST(ViewTest, PadsBeforeAndBehind) {
  View view = View::rowMajor(0, {2, 3});
  FailureOr<View> padded = view.padded({0, 1}, {0, 2}, 7);
  ASSERT_TRUE(succeeded(padded));
  EXPECT_EQ(padded->shape(), (SmallVector<int64_t>{2, 6}));
  EXPECT_EQ(elementOf(*padded, {1, 0}), std::nullopt);
  EXPECT_EQ(elementOf(*padded, {1, 1}), 3);
  EXPECT_EQ(elementOf(*padded, {1, 3}), 5);
  EXPECT_EQ(elementOf(*padded, {1, 4}), std::nullopt);
  EXPECT_TRUE(failed(padded->padded({1, 0}, {0, 0}, 8)));
}

TEST(ViewTest, ReshapesKeepTheOrderOfElements) {
  View view = View::rowMajor(0, {4, 3, 5});
  SmallVector<ReassociationIndices> groups = {{0, 1}, {2}};
  FailureOr<View> collapsed = view.collapsed(groups);
  ASSERT_TRUE(succeeded(collapsed));
  EXPECT_EQ(elementsOf(*collapsed), elementsOf(view));
  FailureOr<View> expanded = collapsed->expanded(groups, {4, 3, 5});
  ASSERT_TRUE(succeeded(expanded));
  EXPECT_TRUE(*expanded == view);
}

TEST(ViewTest, SlicesOfInnerDimensionsDoNotCollapse) {
  View view = View::rowMajor(0, {4, 6});
  FailureOr<View> slice = view.sliced({1, 2}, {3, 2}, {1, 2});
  ASSERT_TRUE(succeeded(slice));
  EXPECT_EQ(elementOf(*slice, {0, 0}), 8);
  EXPECT_EQ(elementOf(*slice, {2, 1}), 22);
  EXPECT_TRUE(failed(slice->collapsed({ReassociationIndices{0, 1}})));
}

TEST(ViewTest, PaddedDimensionsPassUnitReshapesOnly) {
  View view = *View::rowMajor(0, {1, 6, 4}).padded({0, 0, 1}, {0, 0, 1}, 0);
  SmallVector<ReassociationIndices> outer = {{0}, {1, 2}, {3}};
  FailureOr<View> grouped = view.expanded(outer, {1, 2, 3, 6});
  ASSERT_TRUE(succeeded(grouped));
  EXPECT_EQ(elementsOf(*grouped), elementsOf(view));
  SmallVector<ReassociationIndices> inner = {{0}, {1}, {2, 3}};
  EXPECT_TRUE(failed(view.expanded(inner, {1, 6, 2, 3})));
  EXPECT_TRUE(failed(view.collapsed({ReassociationIndices{0, 1, 2}})));
}

/// Returns an access over three loops with two dimensions of up to two terms
/// each.
Access arbitraryAccess(MLIRContext &context) {
  AffineExpr d[] = {getAffineDimExpr(0, &context),
                    getAffineDimExpr(1, &context),
                    getAffineDimExpr(2, &context)};
  int64_t a = *rc::gen::inRange(1, 3), b = *rc::gen::inRange(-2, 3);
  int64_t c = *rc::gen::inRange(-2, 3);
  AffineMap map =
      AffineMap::get(3, 0, {d[0] * a + d[1] * b + c, d[2]}, &context);
  View view = View::rowMajor(
      0, {*rc::gen::inRange<int64_t>(1, 9), *rc::gen::inRange<int64_t>(1, 6)});
  int64_t low = *rc::gen::inRange(0, 3), high = *rc::gen::inRange(0, 3);
  return *Access::create(*view.padded({low, 0}, {high, 1}, 0), map);
}

RC_GTEST_PROP(AccessTest, RestrictingAndMovingKeepsTheElements, ()) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  Access access = arbitraryAccess(context);
  SmallVector<LoopRange> ranges;
  SmallVector<int64_t> sizes;
  for (int i = 0; i < 3; ++i) {
    ranges.push_back(
        {*rc::gen::inRange<int64_t>(0, 5), *rc::gen::inRange<int64_t>(1, 4)});
    sizes.push_back(ranges.back().size);
  }
  Access part = access.restrictedTo(ranges);
  Access moved = part.relocated(1, 100);
  RC_ASSERT(part.boxElements() <= access.mostElements(sizes));

  // Each element of the part has a place of its own in the moved box.
  std::map<int64_t, int64_t> places;
  for (const SmallVector<int64_t> &tuple : tuplesBelow(sizes)) {
    SmallVector<int64_t> whole;
    for (auto [range, index] : llvm::zip_equal(ranges, tuple))
      whole.push_back(range.begin + index);
    std::optional<int64_t> expected = elementOf(access, whole);
    RC_ASSERT(elementOf(part, tuple) == expected);
    std::optional<int64_t> place = elementOf(moved, tuple);
    RC_ASSERT(place.has_value() == expected.has_value());
    if (!place)
      continue;
    RC_ASSERT(*place >= 100 && *place < 100 + part.boxElements());
    RC_ASSERT(places.try_emplace(*place, *expected).first->second == *expected);
  }
}

TEST(AccessTest, RefusesWhatIsNotLinear) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  AffineExpr d0 = getAffineDimExpr(0, &context);
  View view = View::rowMajor(0, {8});
  EXPECT_TRUE(
      failed(Access::create(view, AffineMap::get(1, 0, d0.floorDiv(2)))));
}

} // namespace
