// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/Evaluation.h"
#include "crania/Simulator/ExitRule.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace crania;
using namespace crania::runtime;

namespace {

/// Fills the results of single inputs; one per thread.
class Evaluator {
public:
  Evaluator(const Executable &executable, const InputSource &source,
            Evaluation &result)
      : executable(executable), source(source), result(result),
        memory(executable.engine().allocate()),
        input(executable.inputElements()), logits(executable.logitElements()) {}

  void evaluate(size_t index) {
    source(index, input);
    const unsigned rounds = executable.rounds();
    unsigned round = 0;
    while (!executable.exitsAfter(round, run(round)))
      ++round;
    result.exitRound[index] = round + 1;
    result.prediction[index] = uint32_t(simulator::predictionOf(logits));
    std::copy(logits.begin(), logits.end(),
              result.logits.begin() + index * logits.size());
    if (round + 1 != rounds)
      run(rounds - 1);
    result.fullPrediction[index] = uint32_t(simulator::predictionOf(logits));
  }

private:
  double run(unsigned round) {
    return executable.engine().runRound(round, input, memory, logits);
  }

  const Executable &executable;
  const InputSource &source;
  Evaluation &result;
  simulator::FunctionalEngine::Memory memory;
  std::vector<float> input, logits;
};

/// Counts finished inputs and threads for the thread that shows progress.
class Progress {
public:
  explicit Progress(unsigned threads) : running(threads) {}

  void finishInput() { ++done; }
  void finishThread() {
    std::lock_guard<std::mutex> lock(mutex);
    --running;
    changed.notify_one();
  }
  /// Reports until all threads have finished.
  void watch(const std::function<void(size_t)> &report) {
    constexpr auto interval = std::chrono::milliseconds(200);
    std::unique_lock<std::mutex> lock(mutex);
    while (!changed.wait_for(lock, interval, [&] { return running == 0; }))
      if (report)
        report(done);
    if (report)
      report(done);
  }

private:
  std::atomic<size_t> done = 0;
  std::mutex mutex;
  std::condition_variable changed;
  unsigned running;
};

} // namespace

Evaluation runtime::evaluate(const Executable &executable, size_t count,
                             const InputSource &source,
                             const EvaluationOptions &options) {
  Evaluation result;
  result.prediction.resize(count);
  result.fullPrediction.resize(count);
  result.exitRound.resize(count);
  result.logits.resize(count * executable.logitElements());

  const unsigned threads = std::max(1u, options.threads);
  std::atomic<size_t> next = 0;
  Progress progress(threads);
  auto work = [&] {
    Evaluator evaluator(executable, source, result);
    for (size_t i = next++; i < count; i = next++) {
      evaluator.evaluate(i);
      progress.finishInput();
    }
    progress.finishThread();
  };
  std::vector<std::thread> pool;
  pool.reserve(threads);
  for (unsigned i = 0; i < threads; ++i)
    pool.emplace_back(work);
  progress.watch(options.progress);
  for (std::thread &thread : pool)
    thread.join();
  return result;
}

double runtime::agreement(Span<const uint32_t> a, Span<const uint32_t> b) {
  if (a.empty())
    return 0;
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i)
    equal += a[i] == b[i];
  return double(equal) / double(a.size());
}
