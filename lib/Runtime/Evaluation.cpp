// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/Evaluation.h"
#include "crania/Simulator/Program/ExitRule.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace crania;
using namespace crania::runtime;

namespace {

/// Hands out inputs: large batches first, single ones at the end, so that the
/// threads finish together.
class Inputs {
public:
  Inputs(size_t count, size_t threads, size_t batch)
      : count(count), threads(threads), batch(batch) {}

  struct Range {
    size_t begin, end;
  };
  /// Takes a range of inputs; it is empty if all are taken.
  Range take() {
    std::lock_guard<std::mutex> lock(mutex);
    const size_t share = (count - next) / (2 * threads);
    const size_t taken = std::min(count - next, std::clamp(share, one, batch));
    next += taken;
    return {next - taken, next};
  }

private:
  static constexpr size_t one = 1;
  const size_t count, threads, batch;
  std::mutex mutex;
  size_t next = 0;
};

/// Fills the results of batches; one per thread.
class Evaluator {
public:
  Evaluator(const Executable &executable, const InputSource &source,
            Evaluation &result, size_t batch)
      : executable(executable), source(source), result(result) {
    for (size_t i = 0; i < batch; ++i)
      slots.emplace_back(executable);
  }

  void evaluate(size_t begin, size_t end) {
    assert(begin <= end && end - begin <= slots.size() && "a larger batch");
    std::vector<Slot *> active;
    for (size_t i = begin; i < end; ++i) {
      Slot &slot = slots[i - begin];
      slot.index = i;
      source(i, slot.input);
      active.push_back(&slot);
    }
    if (result.rounds.empty())
      runUntilExit(active);
    else
      runAllRounds(active);
    for (const Slot *slot : active)
      result.fullPrediction[slot->index] =
          uint32_t(simulator::predictionOf(slot->logits));
  }

private:
  struct Slot {
    explicit Slot(const Executable &executable)
        : memory(executable.engine().allocate()),
          input(executable.inputElements()),
          logits(executable.logitElements()) {}
    simulator::FunctionalEngine::Memory memory;
    std::vector<float> input, logits;
    size_t index = 0;
    double confidence = 0;
  };

  /// Answers each input in its exit round, and runs the last round of all.
  void runUntilExit(std::vector<Slot *> active) {
    std::vector<Slot *> early;
    const unsigned last = executable.rounds() - 1;
    for (unsigned round = 0; !active.empty(); ++round) {
      run(round, active);
      auto leaving =
          std::partition(active.begin(), active.end(), [&](const Slot *slot) {
            return !executable.exitsAfter(round, slot->confidence);
          });
      for (auto it = leaving; it != active.end(); ++it)
        answer(**it, round);
      if (round != last)
        early.insert(early.end(), leaving, active.end());
      active.erase(leaving, active.end());
    }
    if (!early.empty())
      run(last, early);
  }

  /// Runs every round of all inputs and keeps the answers of each.
  void runAllRounds(const std::vector<Slot *> &inputs) {
    std::vector<bool> isAnswered(inputs.size());
    for (unsigned round = 0; round < executable.rounds(); ++round) {
      run(round, inputs);
      RoundAnswers &answers = result.rounds[round];
      for (size_t i = 0; i < inputs.size(); ++i) {
        const Slot &slot = *inputs[i];
        answers.prediction[slot.index] =
            uint32_t(simulator::predictionOf(slot.logits));
        answers.confidence[slot.index] = slot.confidence;
        if (isAnswered[i] || !executable.exitsAfter(round, slot.confidence))
          continue;
        answer(slot, round);
        isAnswered[i] = true;
      }
    }
  }

  void run(unsigned round, const std::vector<Slot *> &batch) {
    std::vector<simulator::FunctionalEngine::Item> items;
    items.reserve(batch.size());
    for (Slot *slot : batch)
      items.push_back({slot->input, &slot->memory, slot->logits});
    executable.engine().runRound(round, items);
    for (size_t i = 0; i < batch.size(); ++i)
      batch[i]->confidence = items[i].confidence;
  }

  void answer(const Slot &slot, unsigned round) {
    result.exitRound[slot.index] = round + 1;
    result.prediction[slot.index] =
        uint32_t(simulator::predictionOf(slot.logits));
    std::copy(slot.logits.begin(), slot.logits.end(),
              result.logits.begin() + slot.index * slot.logits.size());
  }

  const Executable &executable;
  const InputSource &source;
  Evaluation &result;
  std::vector<Slot> slots;
};

/// Counts finished inputs and threads for the thread that shows progress.
class Progress {
public:
  explicit Progress(unsigned threads) : running(threads) {}

  void finishInputs(size_t count) { done += count; }
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

/// Returns the number of inputs that go from command to command together. Their
/// activations must fit the cache of a core beside the weights of the command.
static size_t batchOf(const Executable &executable, size_t count,
                      const EvaluationOptions &options) {
  // Half of a second-level cache: AMD's Zen 4 has 1 MiB, Intel's servers 2 MiB.
  constexpr size_t cacheBytes = 512 << 10;
  assert(executable.engine().memoryBytes() > 0 && "a program of no buffers");
  const size_t fitting = cacheBytes / executable.engine().memoryBytes();
  const size_t wanted = std::min<size_t>({options.batch, fitting, count});
  return std::max<size_t>(wanted, 1);
}

Evaluation runtime::evaluate(const Executable &executable, size_t count,
                             const InputSource &source,
                             const EvaluationOptions &options) {
  Evaluation result;
  result.prediction.resize(count);
  result.fullPrediction.resize(count);
  result.exitRound.resize(count);
  result.logits.resize(count * executable.logitElements());
  if (options.keepsRounds)
    result.rounds.assign(executable.rounds(), {std::vector<uint32_t>(count),
                                               std::vector<double>(count)});

  const unsigned threads = std::max(1u, options.threads);
  const size_t batch = batchOf(executable, count, options);
  Inputs inputs(count, threads, batch);
  Progress progress(threads);
  auto work = [&] {
    Evaluator evaluator(executable, source, result, batch);
    for (auto range = inputs.take(); range.begin != range.end;
         range = inputs.take()) {
      evaluator.evaluate(range.begin, range.end);
      progress.finishInputs(range.end - range.begin);
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
  assert(a.size() == b.size() && "predictions of other inputs");
  if (a.empty())
    return 0;
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i)
    equal += a[i] == b[i];
  return double(equal) / double(a.size());
}
