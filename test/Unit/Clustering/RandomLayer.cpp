// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RandomLayer.h"

#include <algorithm>
#include <cmath>

using namespace crania;
using namespace crania::clustering;

RandomLayer::RandomLayer(unsigned seed, size_t outputs, size_t inputs,
                         size_t samples)
    : outputs(outputs), inputs(inputs), samples(samples) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  auto draw = [&] { return normal(engine); };
  for (size_t o = 0; o < outputs; ++o) {
    scales.push_back(0.01f * (1 + std::fabs(draw())));
    for (size_t i = 0; i < inputs; ++i)
      codes.push_back(
          int8_t(std::lround(std::clamp(draw() * 35, -127.0f, 127.0f))));
  }
  const std::vector<float> weights = realWeights(codes, scales);
  std::vector<float> mixing(inputs * 3);
  std::generate(mixing.begin(), mixing.end(), draw);
  for (size_t s = 0; s < samples; ++s) {
    const float common[3] = {draw(), draw(), draw()};
    std::vector<float> clean;
    for (size_t i = 0; i < inputs; ++i) {
      float value = 0.3f * draw() + 0.5f;
      for (size_t m = 0; m < 3; ++m)
        value += common[m] * mixing[i * 3 + m];
      clean.push_back(std::max(0.0f, value));
      x.push_back(clean.back() * 0.95f + 0.02f * draw());
    }
    for (size_t o = 0; o < outputs; ++o) {
      double sum = 0.1 * double(o);
      for (size_t i = 0; i < inputs; ++i)
        sum += double(weights[o * inputs + i]) * clean[i];
      y.push_back(float(sum));
    }
  }
}

LayerMoments RandomLayer::moments() const {
  MomentAccumulator accumulator(inputs, outputs);
  accumulator.add(x, y);
  return accumulator.finish();
}

double RandomLayer::outputError(Span<const float> d,
                                Span<const float> biases) const {
  double error = 0;
  for (size_t s = 0; s < samples; ++s)
    for (size_t o = 0; o < outputs; ++o) {
      double z = biases[o];
      for (size_t i = 0; i < inputs; ++i)
        z += double(d[o * inputs + i]) * x[s * inputs + i];
      error += std::pow(z - y[s * outputs + o], 2);
    }
  return error / double(samples);
}
