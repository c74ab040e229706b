// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_ENCODINGCANDIDATES_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_ENCODINGCANDIDATES_H

#include "crania/Analysis/WeightImage.h"
#include "crania/Encoding/SegmentSearch.h"

namespace crania::ir {

/// An encoding that a segment can have.
struct EncodingCandidate {
  EncodingAttrInterface encoding;
  /// Measured sizes. The bytes are estimates if the encoding trains on counts.
  encoding::SegmentMeasure measure;
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
  std::shared_ptr<encoding::SegmentStatistics> statistics =
      std::make_shared<encoding::SegmentStatistics>();
  /// Statistics of a last cluster without words of 0, for encodings that encode
  /// which positions they hold (`WeightBlocks::withLast`).
  std::shared_ptr<encoding::SegmentStatistics> withoutZeros;
  const encoding::SegmentStatistics &
  statisticsFor(const encoding::SegmentEncoding &encoding) const {
    return withoutZeros && choosesPositions(encoding) ? *withoutZeros
                                                      : *statistics;
  }
  std::vector<EncodingCandidate> candidates;
  /// All allowed encodings with their defaults, for any size of decoder.
  std::vector<EncodingCandidate> tried;
  /// The reason why a requested encoding is not among the candidates.
  std::string refusal;
};

/// Measures the encodings of the clusters of tensors on a machine.
class EncodingMeter {
public:
  /// Creates a meter. `allowed` are ids of registered encodings; empty allows
  /// all built-in ones.
  EncodingMeter(mlir::MLIRContext *context, const target::TargetModel &target,
                llvm::ArrayRef<std::string> allowed);

  /// Sets the area that the decoder may take, in um^2. It depends on the
  /// program's precision.
  void setBudget(double um2) { budgetUm2 = um2; }

  /// Returns the candidates for each cluster. If `given` has an encoding for a
  /// cluster, that one is the only candidate. Fails if the weights are not
  /// valid.
  Result<std::vector<SegmentCandidates>>
  measure(const WeightBlocks &blocks,
          llvm::ArrayRef<EncodingAttrInterface> given) const;

private:
  /// The size of tables that can be loaded in the allowed share of DRAM's time,
  /// and the time that remains for decoding.
  struct Pace {
    unsigned tableLog = encoding::defaultTableLog;
    double share = 1;

    /// A table of 2^n states is loaded in this fraction of 2^n cycles.
    static constexpr double loadCyclesPerState = 0.25;
    double loadCycles() const {
      return loadCyclesPerState * double(uint64_t(1) << tableLog);
    }
  };

  /// Adds an encoding with its measures, or records why it is not possible.
  void addCandidate(std::vector<EncodingCandidate> &into,
                    SegmentCandidates &segment, EncodingAttrInterface encoding,
                    const Pace &pace) const;
  void addMeasured(std::vector<EncodingCandidate> &into,
                   EncodingAttrInterface encoding,
                   const encoding::SegmentMeasure &measure,
                   const Pace &pace) const;
  /// Adds an encoding whose size is known only after encoding the blocks.
  void addEncoded(std::vector<EncodingCandidate> &into,
                  SegmentCandidates &segment, EncodingAttrInterface encoding,
                  const WeightBlocks &blocks, unsigned cluster) const;
  void addCoded(SegmentCandidates &into, const EncodingCandidate &plain,
                const Pace &pace) const;
  void addSmall(SegmentCandidates &into, const EncodingCandidate &plain,
                const Pace &pace) const;
  void addVariants(SegmentCandidates &segment,
                   const EncodingCandidate &candidate, double least,
                   const Pace &pace) const;
  void tryAll(const WeightBlocks &blocks,
              llvm::ArrayRef<EncodingAttrInterface> given,
              std::vector<SegmentCandidates> &segments) const;
  Pace paceFor(double bytes) const;
  double dramCycles(double bytes) const;
  EncodingAttrInterface attributeOf(llvm::StringRef id,
                                    encoding::TrainingOptions options) const;

  mlir::MLIRContext *context;
  const target::TargetModel &target;
  encoding::DecoderShape shape;
  std::vector<std::string> ids;
  double budgetUm2;
};

} // namespace crania::ir

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_ENCODINGCANDIDATES_H
