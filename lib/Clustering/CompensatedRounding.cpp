// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Clustering/CompensatedRounding.h"

#include "Cholesky.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

using namespace crania;
using namespace crania::clustering;

namespace {

bool allFinite(Span<const float> values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

double meanVariance(Span<const float> covariance, size_t inputs) {
  double sum = 0;
  for (size_t i = 0; i < inputs; ++i)
    sum += covariance[i * inputs + i];
  return inputs ? sum / double(inputs) : 0;
}

/// Returns the covariance with a term added to its diagonal. The sum has an
/// inverse even if all inputs are constant.
std::vector<double> damped(Span<const float> covariance, size_t inputs,
                           double damping) {
  assert(covariance.size() == inputs * inputs && "the matrix is not square");
  std::vector<double> matrix(covariance.begin(), covariance.end());
  const double mean = meanVariance(covariance, inputs);
  const double addend = mean > 0 ? damping * mean : 1;
  for (size_t i = 0; i < inputs; ++i)
    matrix[i * inputs + i] += addend;
  return matrix;
}

/// Computes sums[i] += factor * row[i] for i in [begin, end).
void addScaled(float *sums, const float *row, float factor, size_t begin,
               size_t end) {
  for (size_t i = begin; i < end; ++i)
    sums[i] += factor * row[i];
}

/// The lengths, in bits, of the words of an ideal code for the differences
/// chosen so far, with one table per context.
class CodeLengths {
public:
  CodeLengths(Span<const int8_t> predictions, Span<const int8_t> contexts)
      : predictions(predictions), contexts(contexts) {
    for (int8_t context : contexts)
      indices.emplace(context, 0);
    if (indices.empty())
      indices[0] = 0;
    size_t next = 0;
    for (auto &[context, index] : indices)
      tableOf[uint8_t(context)] = index = next++;
    lengths.resize(next * tableSize);
  }

  int prediction(size_t weight) const {
    return predictions.empty() ? 0 : predictions[weight];
  }
  /// Returns the lengths of a weight's differences. The pointer is to
  /// difference 0, and negative indices are valid.
  const float *tableFor(size_t weight) const {
    const size_t table =
        contexts.empty() ? 0 : tableOf[uint8_t(contexts[weight])];
    return &lengths[table * tableSize + middle];
  }

  /// Recomputes the lengths from the chosen codes. Each difference within the
  /// range of those that occur, and one beyond, counts half a symbol more, so
  /// that a new difference has a length, too.
  void update(Span<const int8_t> codes) {
    std::vector<uint64_t> counts(lengths.size());
    int least = 0, most = 0;
    for (size_t i = 0; i < codes.size(); ++i) {
      const int difference = codes[i] - prediction(i);
      assert(std::abs(difference) <= middle && "a code is out of range");
      least = std::min(least, difference);
      most = std::max(most, difference);
      ++counts[size_t(tableFor(i) - lengths.data()) + difference];
    }
    const double possible = double(most - least + 3);
    for (size_t table = 0; table < lengths.size(); table += tableSize) {
      double total = possible / 2;
      for (size_t i = 0; i < tableSize; ++i)
        total += double(counts[table + i]);
      for (size_t i = 0; i < tableSize; ++i)
        lengths[table + i] =
            float(std::log2(total / (double(counts[table + i]) + 0.5)));
    }
  }

private:
  static constexpr int middle = 255;
  static constexpr size_t tableSize = 2 * middle + 1;

  Span<const int8_t> predictions, contexts;
  std::map<int8_t, size_t> indices;
  size_t tableOf[256] = {};
  std::vector<float> lengths;
};

class Rounder {
public:
  Rounder(const RoundingProblem &problem, Span<const float> covariance,
          const RoundingOptions &options)
      : problem(problem), options(options), inputs(problem.inputs),
        lengths(problem.predictions, problem.contexts) {
    result.codes.resize(problem.target.size());
    result.scales.assign(problem.steps.begin(), problem.steps.end());
    if (!covariance.empty()) {
      const std::vector<double> matrix =
          damped(covariance, inputs, options.damping);
      hessian.assign(matrix.begin(), matrix.end());
    }
  }

  Result<Rounding> run() {
    for (size_t i = 0; i < result.codes.size(); ++i)
      result.codes[i] =
          int8_t(nearest(problem.target[i] / result.scales[i / inputs]));
    lengths.update(result.codes);
    if (hessian.empty())
      runByItself();
    else if (Status status = runTogether(); !status)
      return status.error();
    return std::move(result);
  }

private:
  int nearest(float code) const {
    const float largest = float(problem.largestCode);
    return int(std::nearbyint(std::clamp(code, -largest, largest)));
  }

  /// Returns the best code for `value`, in steps, where a bit costs `price`
  /// squared steps. The candidates are the codes near `value` and the expected
  /// code.
  int choose(float value, float price, size_t weight) const {
    const int near = nearest(value);
    if (price == 0)
      return near;
    const float *table = lengths.tableFor(weight);
    const int expected = lengths.prediction(weight);
    int best = near;
    float least = 0;
    auto consider = [&](int code, bool first = false) {
      const float error = value - float(code);
      const float cost = error * error + price * table[code - expected];
      if (first || cost < least) {
        least = cost;
        best = code;
      }
    };
    consider(near, true);
    const int low = std::max(near - 2, -problem.largestCode),
              high = std::min(near + 2, problem.largestCode);
    for (int code = low; code <= high; ++code)
      if (code != near)
        consider(code);
    if (std::abs(expected) <= problem.largestCode)
      consider(expected);
    return best;
  }

  /// Returns the squared step of an output in units of its scale. The price of
  /// a bit is scaled by it and stays the same when the scale moves.
  float unitFor(size_t o) const {
    const float unit = problem.steps[o] / result.scales[o];
    return unit * unit;
  }

  /// Rounds each weight independently, for problems without second moments.
  void runByItself() {
    const float price = float(options.rate);
    for (unsigned pass = 0; pass <= options.passes; ++pass) {
      for (size_t o = 0; o < problem.outputs; ++o) {
        for (size_t i = o * inputs; i < (o + 1) * inputs; ++i)
          result.codes[i] = int8_t(choose(problem.target[i] / result.scales[o],
                                          price * unitFor(o), i));
        fitScale(o, &problem.target[o * inputs], nullptr);
      }
      lengths.update(result.codes);
    }
  }

  /// Fits the scale of output `o`: c H w / c H c. `product` is H w, or w
  /// without moments; `codeProduct` is H c, or null for c.
  void fitScale(size_t o, const float *product, const float *codeProduct) {
    if (!options.fitScales)
      return;
    double numerator = 0, denominator = 0;
    for (size_t i = 0; i < inputs; ++i) {
      const double code = result.codes[o * inputs + i];
      numerator += code * product[i];
      denominator += code * (codeProduct ? codeProduct[i] : code);
    }
    if (denominator > 0 && numerator > 0 &&
        std::isfinite(numerator / denominator))
      result.scales[o] = float(numerator / denominator);
  }

  Status runTogether() {
    if (Status status = factorize(); !status)
      return status;
    if (options.compensate)
      for (int pass = 0; pass < 2; ++pass) { // the second has better lengths
        for (size_t o = 0; o < problem.outputs; ++o)
          compensate(o);
        lengths.update(result.codes);
      }
    multiply();
    for (unsigned pass = 0; pass < options.passes; ++pass) {
      for (size_t o = 0; o < problem.outputs; ++o)
        improve(o);
      lengths.update(result.codes);
    }
    for (size_t o = 0; o < problem.outputs; ++o)
      fit(o);
    return {};
  }

  /// Computes the inverse of the Hessian as U^T U with an upper triangular U.
  /// The weights are taken in reverse order, which turns a lower factor into an
  /// upper one.
  Status factorize() {
    std::vector<double> reversed(hessian.rbegin(), hessian.rend());
    auto factor = Cholesky::factor(std::move(reversed), inputs);
    if (!factor)
      return factor.error();
    // The reversed H is R^T R, so H = L^T L, where L is R reversed and lower
    // triangular. The inverse of H is U^T U with U^T = L^-1, which is the
    // inverse of R, reversed and transposed.
    const std::vector<double> inverse = factor->inverseFactor();
    upper.resize(inputs * inputs);
    double sum = 0;
    for (size_t i = 0; i < inputs; ++i)
      for (size_t j = i; j < inputs; ++j)
        upper[i * inputs + j] =
            float(inverse[(inputs - 1 - j) * inputs + (inputs - 1 - i)]);
    for (size_t i = 0; i < inputs; ++i)
      sum += 1 / std::pow(double(upper[i * inputs + i]), 2);
    meanCondition = inputs ? sum / double(inputs) : 0;
    return {};
  }

  void compensate(size_t o) {
    std::vector<float> row(&problem.target[o * inputs],
                           &problem.target[o * inputs] + inputs);
    const float scale = result.scales[o];
    for (size_t i = 0; i < inputs; ++i) {
      const float *factors = &upper[i * inputs];
      const float price =
          float(options.rate * meanCondition * factors[i] * factors[i]) *
          unitFor(o);
      const int code = choose(row[i] / scale, price, o * inputs + i);
      result.codes[o * inputs + i] = int8_t(code);
      const float error = (row[i] - float(code) * scale) / factors[i];
      addScaled(row.data(), factors, -error, i + 1, inputs);
    }
  }

  /// Computes the products H w and H c of all outputs.
  void multiply() {
    products.resize(problem.target.size());
    codeProducts.resize(problem.target.size());
    for (size_t w = 0; w < problem.target.size(); ++w) {
      const size_t row = w / inputs * inputs;
      const float *factors = &hessian[(w - row) * inputs];
      addScaled(&products[row], factors, problem.target[w], 0, inputs);
      if (result.codes[w])
        addScaled(&codeProducts[row], factors, result.codes[w], 0, inputs);
    }
  }

  void fit(size_t o) {
    fitScale(o, &products[o * inputs], &codeProducts[o * inputs]);
  }

  /// Chooses each code of an output again, given all others.
  void improve(size_t o) {
    fit(o);
    const float scale = result.scales[o];
    const float *product = &products[o * inputs];
    float *codeProduct = &codeProducts[o * inputs];
    for (size_t i = 0; i < inputs; ++i) {
      const float variance = hessian[i * inputs + i];
      int8_t &code = result.codes[o * inputs + i];
      const float best =
          float(code) + (product[i] / scale - codeProduct[i]) / variance;
      const float price =
          float(options.rate * meanCondition) / variance * unitFor(o);
      const int chosen = choose(best, price, o * inputs + i);
      if (chosen == code)
        continue;
      addScaled(codeProduct, &hessian[i * inputs], float(chosen - code), 0,
                inputs);
      code = int8_t(chosen);
    }
  }

  const RoundingProblem &problem;
  const RoundingOptions &options;
  const size_t inputs;
  CodeLengths lengths;
  Rounding result;
  std::vector<float> hessian, upper;
  /// The mean cost of a squared change of a weight when the weights after it
  /// compensate.
  double meanCondition = 1;
  /// The targets and the codes times the Hessian, [outputs x inputs].
  std::vector<float> products, codeProducts;
};

Status check(const RoundingProblem &problem, Span<const float> covariance) {
  const size_t count = problem.outputs * problem.inputs;
  auto fits = [&](size_t size) { return size == 0 || size == count; };
  if (problem.target.size() != count || !fits(problem.predictions.size()) ||
      !fits(problem.contexts.size()) ||
      problem.steps.size() != problem.outputs ||
      (!covariance.empty() &&
       covariance.size() != problem.inputs * problem.inputs))
    return Error{"rounding a layer of " + std::to_string(problem.outputs) +
                 "x" + std::to_string(problem.inputs) +
                 " weights with arrays of other sizes"};
  if (problem.largestCode < 1 || problem.largestCode > 127)
    return Error{"codes up to " + std::to_string(problem.largestCode) +
                 "; give 1 to 127"};
  for (size_t o = 0; o < problem.outputs; ++o)
    if (!(problem.steps[o] > 0) || !std::isfinite(problem.steps[o]))
      return Error{"step of output " + std::to_string(o) + " is not above 0"};
  if (!allFinite(problem.target))
    return Error{"a weight to be rounded is not finite"};
  if (!allFinite(covariance))
    return Error{"a moment of the calibration inputs is not finite"};
  return {};
}

} // namespace

Result<Rounding> clustering::roundCompensated(const RoundingProblem &problem,
                                              Span<const float> covariance,
                                              const RoundingOptions &options) {
  if (Status status = check(problem, covariance); !status)
    return status.error();
  return Rounder(problem, covariance, options).run();
}

Result<std::vector<float>>
clustering::retargetWeights(Span<const float> weights,
                            const LayerMoments &moments, double ridge) {
  const size_t inputs = moments.inputs;
  if (weights.size() != moments.outputs * inputs)
    return Error{"moments of a layer of " + std::to_string(moments.outputs) +
                 "x" + std::to_string(inputs) + " weights for one of " +
                 std::to_string(weights.size())};
  assert(moments.outputCovariance.size() == weights.size() &&
         "moments of another layer");
  if (!allFinite(moments.inputCovariance) ||
      !allFinite(moments.outputCovariance))
    return Error{"a moment of the calibration inputs is not finite"};
  auto factor =
      Cholesky::factor(damped(moments.inputCovariance, inputs, ridge), inputs);
  if (!factor)
    return factor.error();
  std::vector<float> result(weights.begin(), weights.end());
  std::vector<double> change(inputs);
  for (size_t o = 0; o < moments.outputs; ++o) {
    // Solves (w' - w) (H + ridge) = covariance of y and x - w H.
    const float *row = weights.data() + o * inputs;
    for (size_t i = 0; i < inputs; ++i)
      change[i] = moments.outputCovariance[o * inputs + i];
    for (size_t i = 0; i < inputs; ++i) {
      if (row[i] == 0)
        continue;
      const double weight = row[i];
      const float *covariance = &moments.inputCovariance[i * inputs];
      for (size_t j = 0; j < inputs; ++j)
        change[j] -= weight * covariance[j];
    }
    factor->solve(change);
    for (size_t i = 0; i < inputs; ++i)
      result[o * inputs + i] += float(change[i]);
  }
  return result;
}
