// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Solvers/BufferPlacement.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <tuple>

using namespace crania;
using namespace crania::solvers;

namespace {

using Buffer = BufferProblem::Buffer;
using Use = BufferProblem::Use;
using Range = BufferPlacement::Range;

size_t firstStep(const Buffer &buffer) { return buffer.uses.front().step; }
size_t lastStep(const Buffer &buffer) { return buffer.uses.back().step; }

bool isAlive(const Buffer &buffer, size_t step) {
  return firstStep(buffer) <= step && step <= lastStep(buffer);
}

uint64_t alignUp(uint64_t value, uint64_t alignment) {
  assert(alignment > 0 && (alignment & (alignment - 1)) == 0 &&
         "the alignment is not a power of two");
  return (value + alignment - 1) & ~(alignment - 1);
}

/// Returns the DRAM bytes that spilling causes.
uint64_t trafficOf(const Buffer &buffer) {
  if (buffer.isScratch)
    return 0;
  return buffer.bytes * (buffer.uses.size() - buffer.startsInDram);
}

uint64_t windowBytes(const Buffer &buffer, size_t step) {
  for (const Use &use : buffer.uses)
    if (use.step == step)
      return use.windowBytes;
  return 0;
}

/// An item that takes bytes during some steps: a buffer, or the windows of a
/// step.
struct Item {
  uint64_t bytes;
  size_t first, last;
  /// The index of the buffer, or nothing for windows.
  std::optional<size_t> buffer;
  uint64_t offset = 0;

  bool overlapsInTime(const Item &other) const {
    return first <= other.last && other.first <= last;
  }
};

class Placer {
public:
  explicit Placer(const BufferProblem &problem)
      : problem(problem), spilled(problem.buffers.size()) {}

  std::variant<BufferPlacement, PlacementFailure> run() {
    while (std::optional<size_t> step = mostOverfullStep()) {
      assert(bytesAt(*step) > problem.capacity && "the step is not overfull");
      uint64_t excess = bytesAt(*step) - problem.capacity;
      std::optional<size_t> victim = cheapestVictim(*step, excess);
      if (!victim)
        return PlacementFailure{*step, bytesAt(*step)};
      spilled[*victim] = true;
    }
    for (;;) {
      std::vector<Item> placed;
      std::optional<Item> misfit = placeAll(placed);
      if (!misfit)
        return answer(placed);
      std::optional<size_t> victim = cheapestVictim(misfit->first, 1);
      if (!victim)
        return PlacementFailure{misfit->first, bytesAt(misfit->first)};
      spilled[*victim] = true;
    }
  }

private:
  /// Returns the bytes on chip in a step: live buffers and windows.
  uint64_t bytesAt(size_t step) const {
    uint64_t bytes = 0;
    for (size_t i = 0; i < spilled.size(); ++i)
      bytes += bytesAt(i, step, spilled[i]);
    return bytes;
  }

  uint64_t bytesAt(size_t index, size_t step, bool isSpilled) const {
    const Buffer &buffer = problem.buffers[index];
    uint64_t bytes = isSpilled               ? windowBytes(buffer, step)
                     : isAlive(buffer, step) ? buffer.bytes
                                             : 0;
    return alignUp(bytes, problem.alignment);
  }

  std::optional<size_t> mostOverfullStep() const {
    std::optional<size_t> worst;
    uint64_t most = problem.capacity;
    for (size_t step = 0; step < problem.steps; ++step) {
      uint64_t bytes = bytesAt(step);
      if (bytes <= most)
        continue;
      most = bytes;
      worst = step;
    }
    return worst;
  }

  /// Returns the bytes that spilling a buffer frees in a step.
  uint64_t reliefOf(size_t index, size_t step) const {
    if (spilled[index] || !problem.buffers[index].maySpill)
      return 0;
    uint64_t before = bytesAt(index, step, false);
    uint64_t after = bytesAt(index, step, true);
    return before > after ? before - after : 0;
  }

  std::optional<size_t> cheapestVictim(size_t step, uint64_t excess) const {
    std::optional<size_t> best;
    auto isBetter = [&](size_t a, size_t b) {
      uint64_t reliefA = reliefOf(a, step), reliefB = reliefOf(b, step);
      bool enoughA = reliefA >= excess, enoughB = reliefB >= excess;
      if (enoughA != enoughB)
        return enoughA;
      if (!enoughA)
        return reliefA > reliefB;
      return trafficOf(problem.buffers[a]) < trafficOf(problem.buffers[b]);
    };
    for (size_t i = 0; i < spilled.size(); ++i)
      if (reliefOf(i, step) > 0 && (!best || isBetter(i, *best)))
        best = i;
    return best;
  }

  std::vector<Item> itemsToPlace() const {
    std::vector<Item> items;
    for (size_t i = 0; i < spilled.size(); ++i) {
      const Buffer &buffer = problem.buffers[i];
      if (!spilled[i])
        items.push_back({buffer.bytes, firstStep(buffer), lastStep(buffer), i});
    }
    for (size_t step = 0; step < problem.steps; ++step)
      if (uint64_t bytes = windowsAt(step))
        items.push_back({bytes, step, step, std::nullopt});
    return items;
  }

  uint64_t windowsAt(size_t step) const {
    uint64_t bytes = 0;
    for (size_t i = 0; i < spilled.size(); ++i)
      if (spilled[i])
        bytes += bytesAt(i, step, true);
    return bytes;
  }

  /// Places all items, or returns one that does not fit.
  std::optional<Item> placeAll(std::vector<Item> &placed) const {
    using Rank = uint64_t (*)(const Item &);
    constexpr Rank ranks[] = {
        [](const Item &item) { return ~item.bytes; },
        [](const Item &item) { return ~uint64_t(item.last - item.first); },
        [](const Item &item) { return uint64_t(item.first); }};
    std::optional<Item> misfit;
    for (Rank rank : ranks) {
      std::vector<Item> items = itemsToPlace();
      std::sort(items.begin(), items.end(), [&](const Item &a, const Item &b) {
        return std::tuple(rank(a), a.first, a.buffer) <
               std::tuple(rank(b), b.first, b.buffer);
      });
      misfit = placeInOrder(items, placed);
      if (!misfit)
        return std::nullopt;
    }
    return misfit;
  }

  std::optional<Item> placeInOrder(const std::vector<Item> &items,
                                   std::vector<Item> &placed) const {
    placed.clear();
    for (Item item : items) {
      item.offset = lowestOffset(item, placed);
      if (item.offset + item.bytes > problem.capacity)
        return item;
      placed.push_back(item);
    }
    return std::nullopt;
  }

  /// Returns the lowest offset that is free of all placed items that live at
  /// the same time.
  uint64_t lowestOffset(const Item &item,
                        const std::vector<Item> &placed) const {
    std::vector<const Item *> neighbours;
    for (const Item &other : placed)
      if (other.overlapsInTime(item))
        neighbours.push_back(&other);
    std::sort(
        neighbours.begin(), neighbours.end(),
        [](const Item *a, const Item *b) { return a->offset < b->offset; });
    uint64_t offset = 0;
    for (const Item *other : neighbours) {
      if (offset + item.bytes <= other->offset)
        break;
      uint64_t end = alignUp(other->offset + other->bytes, problem.alignment);
      offset = std::max(offset, end);
    }
    return offset;
  }

  BufferPlacement answer(const std::vector<Item> &placed) const {
    BufferPlacement placement;
    placement.offsets.resize(problem.buffers.size());
    for (const Item &item : placed)
      if (item.buffer)
        placement.offsets[*item.buffer] = item.offset;
    for (size_t step = 0; step < problem.steps; ++step)
      placement.freeRanges.push_back(largestGap(step, placed));
    return placement;
  }

  Range largestGap(size_t step, const std::vector<Item> &placed) const {
    std::vector<Range> taken;
    for (const Item &item : placed)
      if (item.buffer && item.first <= step && step <= item.last)
        taken.push_back({item.offset, item.bytes});
    taken.push_back({problem.capacity, 0});
    std::sort(taken.begin(), taken.end(), [](const Range &a, const Range &b) {
      return a.offset < b.offset;
    });
    Range best;
    uint64_t begin = 0;
    for (const Range &range : taken) {
      if (range.offset > begin && range.offset - begin > best.bytes)
        best = {begin, range.offset - begin};
      begin = std::max(begin,
                       alignUp(range.offset + range.bytes, problem.alignment));
    }
    return best;
  }

  const BufferProblem &problem;
  std::vector<bool> spilled;
};

std::string nameOf(size_t buffer) { return "buffer " + std::to_string(buffer); }

Status checkUses(const BufferProblem &problem, size_t index) {
  const std::vector<Use> &uses = problem.buffers[index].uses;
  if (uses.empty())
    return Error{nameOf(index) + " is never used"};
  for (size_t i = 0; i < uses.size(); ++i) {
    if (uses[i].step >= problem.steps)
      return Error{nameOf(index) + " is used in step " +
                   std::to_string(uses[i].step) + " of " +
                   std::to_string(problem.steps)};
    if (i > 0 && uses[i].step <= uses[i - 1].step)
      return Error{"the uses of " + nameOf(index) + " do not ascend"};
  }
  return {};
}

/// Checks that no two buffers share a byte while both are live.
Status checkOverlaps(const BufferProblem &problem,
                     const BufferPlacement &placement) {
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Buffer &a = problem.buffers[i], &b = problem.buffers[j];
      if (!placement.offsets[i] || !placement.offsets[j])
        continue;
      bool meet = firstStep(a) <= lastStep(b) && firstStep(b) <= lastStep(a);
      uint64_t beginA = *placement.offsets[i], beginB = *placement.offsets[j];
      if (meet && beginA < beginB + b.bytes && beginB < beginA + a.bytes)
        return Error{nameOf(j) + " and " + nameOf(i) + " overlap"};
    }
  }
  return {};
}

Status checkWindows(const BufferProblem &problem,
                    const BufferPlacement &placement, size_t step) {
  uint64_t needed = 0;
  const Range &range = placement.freeRanges[step];
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    const Buffer &buffer = problem.buffers[i];
    if (!placement.offsets[i]) {
      needed += alignUp(windowBytes(buffer, step), problem.alignment);
      continue;
    }
    uint64_t begin = *placement.offsets[i];
    if (isAlive(buffer, step) && begin < range.offset + range.bytes &&
        range.offset < begin + buffer.bytes)
      return Error{nameOf(i) + " overlaps the free range of step " +
                   std::to_string(step)};
  }
  if (needed > range.bytes)
    return Error{"step " + std::to_string(step) + " needs windows of " +
                 std::to_string(needed) + " bytes, but " +
                 std::to_string(range.bytes) + " are free"};
  return {};
}

} // namespace

Status BufferProblem::check() const {
  if (alignment == 0 || (alignment & (alignment - 1)) != 0)
    return Error{"the alignment must be a power of two"};
  for (size_t i = 0; i < buffers.size(); ++i)
    if (Status status = checkUses(*this, i); !status)
      return status;
  return {};
}

uint64_t BufferProblem::peakLiveBytes() const {
  uint64_t peak = 0;
  for (size_t step = 0; step < steps; ++step) {
    uint64_t bytes = 0;
    for (const Buffer &buffer : buffers)
      if (isAlive(buffer, step))
        bytes += buffer.bytes;
    peak = std::max(peak, bytes);
  }
  return peak;
}

Status BufferPlacement::verify(const BufferProblem &problem) const {
  if (offsets.size() != problem.buffers.size() ||
      freeRanges.size() != problem.steps)
    return Error{"the placement belongs to another problem"};
  for (size_t i = 0; i < offsets.size(); ++i) {
    const Buffer &buffer = problem.buffers[i];
    if (!offsets[i] && !buffer.maySpill)
      return Error{nameOf(i) + " may not be spilled"};
    if (offsets[i] && (*offsets[i] % problem.alignment != 0 ||
                       buffer.bytes > problem.capacity ||
                       *offsets[i] > problem.capacity - buffer.bytes))
      return Error{nameOf(i) + " at byte " + std::to_string(*offsets[i]) +
                   " is not aligned or leaves the memory"};
  }
  if (Status status = checkOverlaps(problem, *this); !status)
    return status;
  for (size_t step = 0; step < problem.steps; ++step)
    if (Status status = checkWindows(problem, *this, step); !status)
      return status;
  return {};
}

uint64_t BufferPlacement::usedBytes(const BufferProblem &problem) const {
  assert(offsets.size() == problem.buffers.size() &&
         "the placement belongs to another problem");
  uint64_t end = 0;
  for (size_t i = 0; i < offsets.size(); ++i)
    if (offsets[i])
      end = std::max(end, *offsets[i] + problem.buffers[i].bytes);
  return end;
}

std::variant<BufferPlacement, PlacementFailure>
solvers::placeBuffers(const BufferProblem &problem) {
  assert(problem.check() && "the problem is invalid");
  return Placer(problem).run();
}
