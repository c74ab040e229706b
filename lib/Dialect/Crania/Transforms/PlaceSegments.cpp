// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SegmentDigests.h"
#include "crania/Dialect/Crania/Transforms/Passes.h"
#include "crania/Dialect/Crania/Transforms/PlanEditor.h"
#include "crania/Encoding/Sharing.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/MathExtras.h"

#define DEBUG_TYPE "crania-place-segments"

namespace crania {
#define GEN_PASS_DEF_PLACESEGMENTS
#include "crania/Dialect/Crania/Transforms/Passes.h.inc"

#include <cassert>
} // namespace crania

using namespace mlir;
using namespace crania::ir;

namespace {

/// The bytes of the image that a segment takes.
struct Placement {
  int64_t begin, end;
  StringRef weights;
  size_t cluster; // 1-based
  SegmentDigest digest;

  bool isSameCopy(const Placement &other) const {
    return begin == other.begin && !digest.empty() && digest == other.digest;
  }
};

using Digests = std::vector<std::vector<SegmentDigest>>;

/// Returns the segments that have an address already, by address.
SmallVector<Placement> placedSegments(PlanEditor &plan,
                                      const Digests &digests) {
  SmallVector<Placement> placed;
  for (auto [entry, ofEntry] : llvm::zip_equal(plan.getEntries(), digests))
    for (auto [i, segment] : llvm::enumerate(entry.segments))
      if (segment.address) {
        assert(segment.bytes && "encodings are assigned before");
        placed.push_back({*segment.address, *segment.address + *segment.bytes,
                          entry.weights.getSymName(), i + 1, ofEntry[i]});
      }
  llvm::sort(placed, [](const Placement &a, const Placement &b) {
    return std::tuple(a.begin, a.end, a.weights, a.cluster) <
           std::tuple(b.begin, b.end, b.weights, b.cluster);
  });
  return placed;
}

LogicalResult checkPlaced(IterateOp iterate, ArrayRef<Placement> placed,
                          int64_t burst) {
  assert(burst > 0 && "a burst has bytes");
  unsigned sharers = 1;
  for (auto [i, p] : llvm::enumerate(placed)) {
    if (p.begin % burst != 0)
      return iterate.emitError()
             << "cluster " << p.cluster << " of @" << p.weights
             << " is at address " << p.begin << ", which is not aligned to a "
             << "DRAM burst of " << burst << " bytes";
    if (i == 0 || p.begin >= placed[i - 1].end) {
      sharers = 1;
      continue;
    }
    if (!p.isSameCopy(placed[i - 1]))
      return iterate.emitError()
             << "cluster " << p.cluster << " of @" << p.weights
             << " at address " << p.begin << " overlaps cluster "
             << placed[i - 1].cluster << " of @" << placed[i - 1].weights;
    if (++sharers > crania::encoding::maxSharers)
      return iterate.emitError()
             << "cluster " << p.cluster << " of @" << p.weights
             << " is at address " << p.begin << " with "
             << crania::encoding::maxSharers
             << " other segments, but no more than "
             << crania::encoding::maxSharers
             << " may be there; remove its address from the plan";
  }
  return success();
}

/// The newest copy of each segment, which up to `encoding::maxSharers` equal
/// segments share.
class Copies {
public:
  /// Notes that a segment is at an address.
  void add(const SegmentDigest &digest, int64_t address) {
    assert(address >= 0 && "a place in the image");
    if (digest.empty())
      return;
    Copy &copy = copies[digest];
    if (copy.sharers == 0 || copy.address != address)
      copy = {address, 0};
    ++copy.sharers;
  }

  /// Returns the address of an equal segment where one more may be, or nothing
  /// if there is none.
  std::optional<int64_t> find(const SegmentDigest &digest) const {
    auto it = copies.find(digest);
    if (it == copies.end() ||
        it->second.sharers >= crania::encoding::maxSharers)
      return std::nullopt;
    return it->second.address;
  }

private:
  struct Copy {
    int64_t address = 0;
    unsigned sharers = 0;
  };
  llvm::StringMap<Copy> copies;
};

LogicalResult place(IterateOp iterate) {
  FailureOr<crania::target::TargetModel> target = getTargetModel(iterate);
  FailureOr<PlanEditor> plan = PlanEditor::read(iterate);
  if (failed(target) || failed(plan) || failed(plan->requireBytes()))
    return failure();
  int64_t burst = target->dram.burstBytes;
  FailureOr<Digests> digests = digestSegments(*plan, *target);
  if (failed(digests))
    return failure();
  SmallVector<Placement> placed = placedSegments(*plan, *digests);
  if (failed(checkPlaced(iterate, placed, burst)))
    return failure();

  int64_t next = 0;
  [[maybe_unused]] unsigned shared = 0;
  Copies copies;
  for (const Placement &p : placed) {
    next = std::max(next, p.end);
    copies.add(p.digest, p.begin);
  }
  for (auto [entry, ofEntry] : llvm::zip_equal(plan->getEntries(), *digests))
    for (auto [i, segment] : llvm::enumerate(entry.segments)) {
      if (segment.address)
        continue;
      if (std::optional<int64_t> copy = copies.find(ofEntry[i])) {
        segment.address = *copy;
        ++shared;
      } else {
        next = llvm::alignTo(next, burst);
        segment.address = next;
        next += *segment.bytes;
      }
      copies.add(ofEntry[i], *segment.address);
    }
  plan->write();
  LLVM_DEBUG(llvm::dbgs() << placed.size() << " segments had an address, "
                          << shared << " got that of an equal segment; all end "
                          << "at byte " << next << "\n");
  return success();
}

struct PlaceSegments : public crania::impl::PlaceSegmentsBase<PlaceSegments> {
  using PlaceSegmentsBase::PlaceSegmentsBase;

  void runOnOperation() override {
    WalkResult result = getOperation().walk(
        [](IterateOp iterate) { return WalkResult(place(iterate)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
