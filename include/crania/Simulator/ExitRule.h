// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_SIMULATOR_EXITRULE_H
#define CRANIA_SIMULATOR_EXITRULE_H

#include "crania/DeviceBinary/DeviceBinary.h"

namespace crania::simulator {

/// The confidence of a row of logits under an exit rule, as the exit unit
/// computes it. All arithmetic is in double, from the f32 logits, in index
/// order:
///   e[i] = exp(logits[i] - max(logits)),  p[i] = e[i] / sum(e)
///   softmax: the largest p[i]                        in [1/n, 1]
///   margin:  the largest p[i] minus the second one   in [0, 1]; 1 for n = 1
///   entropy: -sum(p[i] * ln p[i]), with 0 ln 0 = 0   in [0, ln n], in nats
/// A NaN or infinite logit that makes a probability undefined gives NaN.
double confidenceOf(binary::ExitRule rule, Span<const float> logits);

/// Whether a confidence passes a threshold: softmax and margin exit when the
/// confidence is at least the threshold, entropy when it is at most the
/// threshold. A NaN never passes. No finite logits give certainty, a
/// probability of exactly 1; that of saturated logits only rounds to it. So
/// nothing passes a threshold that asks for certainty: 1 for softmax and
/// margin, 0 for entropy.
bool passesThreshold(binary::ExitRule rule, double confidence,
                     double threshold);

/// Index of the largest logit, the first of equal ones; NaN is never larger.
size_t predictionOf(Span<const float> logits);

} // namespace crania::simulator

#endif // CRANIA_SIMULATOR_EXITRULE_H
