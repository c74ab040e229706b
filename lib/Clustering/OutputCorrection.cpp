// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OutputCorrection.h"

#include <algorithm>
#include <cassert>

using namespace crania;
using namespace crania::clustering;

namespace {

/// First and second moments of z and y for one channel.
struct ChannelMoments {
  double meanZ, meanY, varianceZ, covariance, varianceY;
};

class Fit {
public:
  explicit Fit(bool fitGains) : fitGains(fitGains) {}

  void add(const ChannelMoments &channel) {
    // A smaller variance is the rounding error of a constant.
    const double least = 1e-12 * channel.meanZ * channel.meanZ;
    const double gain = fitGains && channel.varianceZ > least
                            ? channel.covariance / channel.varianceZ
                            : 1;
    result.gains.push_back(float(gain));
    result.biases.push_back(float(channel.meanY - gain * channel.meanZ));
    error += std::max(0.0, channel.varianceY - 2 * gain * channel.covariance +
                               gain * gain * channel.varianceZ);
    variance += channel.varianceY;
  }

  OutputCorrection finish() {
    result.relativeError = variance > 0 ? error / variance : 0;
    return std::move(result);
  }

private:
  bool fitGains;
  OutputCorrection result;
  double error = 0, variance = 0;
};

} // namespace

OutputCorrection clustering::correctOutputs(Span<const float> d,
                                            const LayerMoments &moments,
                                            bool fitGains) {
  const size_t inputs = moments.inputs;
  assert(d.size() == moments.outputs * inputs && "moments of another layer");
  Fit fit(fitGains);
  std::vector<double> product(inputs); // covariance times row
  for (size_t o = 0; o < moments.outputs; ++o) {
    const float *row = d.data() + o * inputs;
    std::fill(product.begin(), product.end(), 0.0);
    ChannelMoments channel{0, moments.outputMeans[o], 0, 0,
                           moments.outputVariances[o]};
    for (size_t i = 0; i < inputs; ++i) {
      if (row[i] == 0)
        continue;
      const double weight = row[i];
      const float *covariance = &moments.inputCovariance[i * inputs];
      for (size_t j = 0; j < inputs; ++j)
        product[j] += weight * covariance[j];
      channel.meanZ += weight * moments.inputMeans[i];
      channel.covariance += weight * moments.outputCovariance[o * inputs + i];
    }
    for (size_t i = 0; i < inputs; ++i)
      channel.varianceZ += row[i] * product[i];
    fit.add(channel);
  }
  return fit.finish();
}
