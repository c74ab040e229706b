// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUN_ROWLOSSES_H
#define CRANIA_RUN_ROWLOSSES_H

#include "Run.h"

#include <optional>
#include <string>

namespace crania::run {

/// The top-1 accuracy that each row of a bundle loses against the whole
/// network, and the limit up to which the costs of rows are compared. The whole
/// network answers with the row `one-shot`, or with the last round of each row
/// if the bundle has no such row.
class RowLosses {
public:
  /// `maxPoints` is the limit in percentage points. The run must outlive this
  /// object.
  RowLosses(const BundleRun &run, double maxPoints)
      : run(run), maxPoints(maxPoints) {}

  /// Returns the loss of a row in percentage points. With labels, it is the
  /// accuracy of the whole network minus that of the row. Without labels, it is
  /// the share of answers that differ from those of the whole network.
  double points(const ProgramRun &row) const;

  /// Returns true if the row loses no more than the limit.
  bool isWithinLimit(const ProgramRun &row) const;

  /// Returns why no ratio compares `row` with `iterative`, in words, or nullopt
  /// if one does.
  std::optional<std::string> whyNoRatio(const ProgramRun &row) const;

private:
  std::string excess(const ProgramRun &row) const;

  const BundleRun &run;
  double maxPoints;
};

} // namespace crania::run

#endif // CRANIA_RUN_ROWLOSSES_H
