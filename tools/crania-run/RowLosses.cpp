// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RowLosses.h"

#include <cassert>
#include <sstream>

using namespace crania;
using namespace crania::run;

double RowLosses::points(const ProgramRun &row) const {
  const ProgramRun *oneShot = run.find("one-shot");
  const std::vector<uint32_t> &whole = oneShot
                                           ? oneShot->evaluation.fullPrediction
                                           : row.evaluation.fullPrediction;
  const std::vector<uint32_t> &answers = row.evaluation.prediction;
  assert(whole.size() == answers.size() && "rows of other images");
  int64_t lost = 0;
  for (size_t i = 0; i < answers.size(); ++i)
    lost += run.labels.empty() ? int64_t(answers[i] != whole[i])
                               : int64_t(whole[i] == run.labels[i]) -
                                     int64_t(answers[i] == run.labels[i]);
  return answers.empty() ? 0 : 100 * double(lost) / double(answers.size());
}

bool RowLosses::isWithinLimit(const ProgramRun &row) const {
  return points(row) <= maxPoints;
}

std::string RowLosses::excess(const ProgramRun &row) const {
  std::ostringstream text;
  text << "the row '" << row.name() << "' loses " << points(row)
       << " points against the whole network, more than --max-loss="
       << maxPoints;
  return text.str();
}

std::optional<std::string> RowLosses::whyNoRatio(const ProgramRun &row) const {
  const ProgramRun *reference = run.iterative();
  if (!reference)
    return "the bundle has no row 'iterative'";
  if (!isWithinLimit(row))
    return excess(row);
  if (!isWithinLimit(*reference))
    return excess(*reference);
  return std::nullopt;
}
