// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_EVALUATION_H
#define CRANIA_RUNTIME_EVALUATION_H

#include "crania/Runtime/Executable.h"

#include <functional>

namespace crania::runtime {

/// Function that writes input `index` of a data set. Several threads call it.
using InputSource = std::function<void(size_t index, Span<float> input)>;

struct EvaluationOptions {
  unsigned threads = 1;
  /// Largest number of inputs that a thread takes at a time.
  unsigned batch = 4;
  /// Function that the thread of evaluate() calls at intervals, with the number
  /// of inputs done so far.
  std::function<void(size_t done)> progress;
  /// True to run all rounds of every input and to keep their answers.
  bool keepsRounds = false;
};

/// Answers of one round for each input of a data set, whether it exits there or
/// not.
struct RoundAnswers {
  std::vector<uint32_t> prediction;
  std::vector<double> confidence; ///< under the exit rule of the program
};

/// Answers of a program for each input of a data set.
struct Evaluation {
  std::vector<uint32_t> prediction;
  std::vector<uint32_t> exitRound; ///< from 1
  /// Logits of the exit round, inputs x classes.
  std::vector<float> logits;
  /// Predictions of the last round, that is, of the network with all its
  /// weights.
  std::vector<uint32_t> fullPrediction;
  /// One element per round with `keepsRounds`, otherwise empty.
  std::vector<RoundAnswers> rounds;
};

/// Runs a program on inputs 0..count-1. Threads take batches of inputs. The
/// inputs of a batch go from round to round together until they exit. Results
/// depend on neither threads nor batches.
Evaluation evaluate(const Executable &executable, size_t count,
                    const InputSource &source,
                    const EvaluationOptions &options);

/// Returns the share of elements that are equal, in [0, 1]; 0 if there are no
/// elements.
double agreement(Span<const uint32_t> a, Span<const uint32_t> b);

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_EVALUATION_H
