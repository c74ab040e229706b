// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LAYOUTCANDIDATES_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LAYOUTCANDIDATES_H

#include "crania/Analysis/WeightImage.h"
#include "crania/Layout/SegmentSearch.h"

namespace crania::ir {

/// A layout that a segment can have.
struct LayoutCandidate {
  LayoutAttrInterface layout;
  /// Its bytes are estimated where layouts train on counts.
  layout::SegmentMeasure measure;
  /// Of fetching and decoding it.
  double picojoules = 0;
  /// Until it is fetched and decoded, which overlap.
  double cycles = 0;
  /// Until it is fetched.
  double dramCycles = 0;
};

/// What can be done with one cluster of a tensor.
struct SegmentCandidates {
  /// What was counted of it.
  std::shared_ptr<layout::SegmentStatistics> statistics =
      std::make_shared<layout::SegmentStatistics>();
  /// Of a last cluster: the same without words of 0, for layouts that say which
  /// positions they hold (`WeightBlocks::withLast`).
  std::shared_ptr<layout::SegmentStatistics> withoutZeros;
  const layout::SegmentStatistics &
  statisticsFor(const layout::SegmentLayout &layout) const {
    return withoutZeros && choosesPositions(layout) ? *withoutZeros
                                                    : *statistics;
  }
  std::vector<LayoutCandidate> candidates;
  /// All allowed layouts with their defaults, whatever a decoder of them takes.
  std::vector<LayoutCandidate> tried;
  /// Why a layout that was asked for is none of them.
  std::string refusal;
};

/// Measures the layouts of the clusters of tensors on a machine.
class LayoutMeter {
public:
  /// `allowed` are ids of registered layouts; empty allows all that are built
  /// in.
  LayoutMeter(mlir::MLIRContext *context, const target::TargetModel &target,
              llvm::ArrayRef<std::string> allowed);

  /// Sets what the decoder may take, which depends on the program's precision.
  void setBudget(double um2) { budgetUm2 = um2; }

  /// Candidates for each cluster: of the layout in `given`, where there is one.
  /// An error says what is wrong with the weights.
  Result<std::vector<SegmentCandidates>>
  measure(const WeightBlocks &blocks,
          llvm::ArrayRef<LayoutAttrInterface> given) const;

private:
  /// Tables small enough to be loaded in a part of DRAM's time, and what stays
  /// of it for decoding.
  struct Pace {
    unsigned tableLog = layout::defaultTableLog;
    double share = 1;

    /// A table of 2^n states is loaded in this part of 2^n cycles.
    static constexpr double loadCyclesPerState = 0.25;
    double loadCycles() const {
      return loadCyclesPerState * double(uint64_t(1) << tableLog);
    }
  };

  /// A layout, with what it takes or why it cannot be.
  void addCandidate(std::vector<LayoutCandidate> &into,
                    SegmentCandidates &segment, LayoutAttrInterface layout,
                    const Pace &pace) const;
  void addMeasured(std::vector<LayoutCandidate> &into,
                   LayoutAttrInterface layout,
                   const layout::SegmentMeasure &measure,
                   const Pace &pace) const;
  /// One that has to see the blocks.
  void addEncoded(std::vector<LayoutCandidate> &into,
                  SegmentCandidates &segment, LayoutAttrInterface layout,
                  const WeightBlocks &blocks, unsigned cluster) const;
  void addCoded(SegmentCandidates &into, const LayoutCandidate &plain,
                const Pace &pace) const;
  void addSmall(SegmentCandidates &into, const LayoutCandidate &plain,
                const Pace &pace) const;
  void addVariants(SegmentCandidates &segment, const LayoutCandidate &candidate,
                   double least, const Pace &pace) const;
  void tryAll(const WeightBlocks &blocks,
              llvm::ArrayRef<LayoutAttrInterface> given,
              std::vector<SegmentCandidates> &segments) const;
  Pace paceFor(double bytes) const;
  double dramCycles(double bytes) const;
  LayoutAttrInterface attributeOf(llvm::StringRef id,
                                  layout::TrainingOptions options) const;

  mlir::MLIRContext *context;
  const target::TargetModel &target;
  layout::DecoderShape shape;
  std::vector<std::string> ids;
  double budgetUm2;
};

} // namespace crania::ir

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_LAYOUTCANDIDATES_H
