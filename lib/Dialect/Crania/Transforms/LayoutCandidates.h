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
  /// Measured sizes. The bytes are estimates if the layout trains on counts.
  layout::SegmentMeasure measure;
  /// The energy of fetching and decoding.
  double picojoules = 0;
  /// The clocks until the segment is fetched and decoded, which overlap.
  double cycles = 0;
  /// The clocks until the segment is fetched.
  double dramCycles = 0;
};

/// The candidates for one cluster of a tensor.
struct SegmentCandidates {
  /// The statistics of the cluster.
  std::shared_ptr<layout::SegmentStatistics> statistics =
      std::make_shared<layout::SegmentStatistics>();
  /// Statistics of a last cluster without words of 0, for layouts that encode
  /// which positions they hold (`WeightBlocks::withLast`).
  std::shared_ptr<layout::SegmentStatistics> withoutZeros;
  const layout::SegmentStatistics &
  statisticsFor(const layout::SegmentLayout &layout) const {
    return withoutZeros && choosesPositions(layout) ? *withoutZeros
                                                    : *statistics;
  }
  std::vector<LayoutCandidate> candidates;
  /// All allowed layouts with their defaults, for any size of decoder.
  std::vector<LayoutCandidate> tried;
  /// The reason why a requested layout is not among the candidates.
  std::string refusal;
};

/// Measures the layouts of the clusters of tensors on a machine.
class LayoutMeter {
public:
  /// Creates a meter. `allowed` are ids of registered layouts; empty allows all
  /// built-in ones.
  LayoutMeter(mlir::MLIRContext *context, const target::TargetModel &target,
              llvm::ArrayRef<std::string> allowed);

  /// Sets the area that the decoder may take, in um^2. It depends on the
  /// program's precision.
  void setBudget(double um2) { budgetUm2 = um2; }

  /// Returns the candidates for each cluster. If `given` has a layout for a
  /// cluster, that one is the only candidate. Fails if the weights are not
  /// valid.
  Result<std::vector<SegmentCandidates>>
  measure(const WeightBlocks &blocks,
          llvm::ArrayRef<LayoutAttrInterface> given) const;

private:
  /// The size of tables that can be loaded in the allowed share of DRAM's time,
  /// and the time that remains for decoding.
  struct Pace {
    unsigned tableLog = layout::defaultTableLog;
    double share = 1;

    /// A table of 2^n states is loaded in this fraction of 2^n cycles.
    static constexpr double loadCyclesPerState = 0.25;
    double loadCycles() const {
      return loadCyclesPerState * double(uint64_t(1) << tableLog);
    }
  };

  /// Adds a layout with its measures, or records why it is not possible.
  void addCandidate(std::vector<LayoutCandidate> &into,
                    SegmentCandidates &segment, LayoutAttrInterface layout,
                    const Pace &pace) const;
  void addMeasured(std::vector<LayoutCandidate> &into,
                   LayoutAttrInterface layout,
                   const layout::SegmentMeasure &measure,
                   const Pace &pace) const;
  /// Adds a layout whose size is known only after encoding the blocks.
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
