// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_PROGRAM_EXITRULE_H
#define CRANIA_SIMULATOR_PROGRAM_EXITRULE_H

#include "crania/DeviceBinary/DeviceBinary.h"

namespace crania::simulator {

/// Returns the confidence of a row of logits under an exit rule, as the exit
/// unit computes it. The arithmetic is in double, from the f32 logits, in index
/// order:
///   e[i] = exp(logits[i] - max(logits)),  p[i] = e[i] / sum(e)
///   softmax: the largest p[i]                        in [1/n, 1]
///   margin:  the largest p[i] minus the second one   in [0, 1]; 1 for n = 1
///   entropy: -sum(p[i] * ln p[i]), with 0 ln 0 = 0   in [0, ln n], in nats
/// A NaN or infinite logit that makes a probability undefined gives NaN.
double confidenceOf(binary::ExitRule rule, Span<const float> logits);

/// Returns true if a confidence passes a threshold. Softmax and margin exit if
/// the confidence is at least the threshold, entropy if it is at most the
/// threshold. A NaN never passes. Finite logits never give a probability of
/// exactly 1: that of saturated logits only rounds to 1. Hence nothing passes a
/// threshold that demands certainty, which is 1 for softmax and margin, and 0
/// for entropy.
bool passesThreshold(binary::ExitRule rule, double confidence,
                     double threshold);

/// Returns the index of the largest logit, the first of equal ones. A NaN is
/// never larger.
size_t predictionOf(Span<const float> logits);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_PROGRAM_EXITRULE_H
