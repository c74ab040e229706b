// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// host-benchmark rounds NET.crania INPUTS.npy
//   Answers each line of standard input, a number of threads, with the
//   milliseconds per input that the functional engine then takes, of the wall
//   clock and of all CPUs. INPUTS.npy is what the network reads, f32. Programs
//   have one round.
// host-benchmark kernels NET.crania
//   Prints, as JSON, the microseconds of all contractions of the program by the
//   types of weights and input.
// host-benchmark host
//   Prints "vnni" if 8-bit integers are multiplied by VNNI, else "no vnni".

#include "Execution/ContractKernel.h"
#include "crania/Runtime/Evaluation.h"
#include "crania/Support/Npy.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <iostream>
#include <random>

using namespace crania;
using namespace crania::simulator;

namespace {

template <typename F>
double secondsOf(F work) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int fail(const std::string &message) {
  std::fprintf(stderr, "host-benchmark: error: %s\n", message.c_str());
  return 1;
}

//===----------------------------------------------------------------------===//
// Rounds
//===----------------------------------------------------------------------===//

int measureRounds(const runtime::Executable &executable,
                  const npy::Array &inputs) {
  const size_t elements = executable.inputElements();
  if (executable.rounds() != 1)
    return fail("the program has several rounds; compile with --clusters=1");
  if (inputs.type != npy::Type::f4 || inputs.elements() % elements != 0)
    return fail("the inputs are not f32, or not of the network's shape");
  const size_t count = inputs.elements() / elements;
  auto source = [&](size_t index, Span<float> input) {
    const size_t bytes = elements * sizeof(float);
    std::memcpy(input.data(), inputs.data.data() + index * bytes, bytes);
  };
  unsigned threads;
  while (std::cin >> threads) {
    runtime::EvaluationOptions options;
    options.threads = threads;
    const std::clock_t before = std::clock();
    const double seconds = secondsOf(
        [&] { runtime::evaluate(executable, count, source, options); });
    const double cpuSeconds =
        double(std::clock() - before) / double(CLOCKS_PER_SEC);
    const double millisecondsPerInput = 1e3 / double(count);
    std::cout << seconds * millisecondsPerInput << ' '
              << cpuSeconds * millisecondsPerInput << std::endl;
  }
  return 0;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

struct Types {
  const char *name;
  HostElement weights, input;
};
constexpr Types allTypes[] = {{"f32", HostElement::f32, HostElement::f32},
                              {"i8", HostElement::i8, HostElement::i8},
                              {"u8", HostElement::i8, HostElement::u8},
                              {"i16", HostElement::i16, HostElement::i16}};
constexpr size_t typeCount = std::size(allTypes);
constexpr size_t largestElement = sizeof(int64_t);

size_t elementsOf(const HostPlane &plane) {
  return size_t((plane.channels - 1) * plane.channelStride +
                (plane.height - 1) * plane.rowStride +
                (plane.width - 1) * plane.columnStride + 1);
}

/// Random bytes that are numbers of a network's size in every type.
std::vector<uint8_t> anyBytes(HostElement type, size_t elements) {
  std::mt19937 random(1);
  std::vector<uint8_t> bytes(elements * sizeof(float));
  if (type != HostElement::f32) {
    for (uint8_t &byte : bytes)
      byte = uint8_t(random());
    return bytes;
  }
  std::uniform_real_distribution<float> value(-1, 1);
  for (size_t i = 0; i < elements; ++i) {
    const float number = value(random);
    std::memcpy(bytes.data() + i * sizeof(number), &number, sizeof(number));
  }
  return bytes;
}

/// Memory for scratch and results, aligned as contractions want it.
struct Aligned {
  explicit Aligned(size_t bytes)
      : memory(bytes + HostContraction::scratchAlignment) {}
  void *data() {
    void *start = memory.data();
    size_t space = memory.size();
    return std::align(HostContraction::scratchAlignment,
                      space - HostContraction::scratchAlignment, start, space);
  }
  std::vector<uint8_t> memory;
};

/// Seconds of one contraction: the median of some laps, in which the types take
/// turns so that a disturbance meets them all.
std::array<double, typeCount> measure(ContractionShape shape) {
  constexpr size_t laps = 9;
  constexpr double secondsPerLap = 200e-6;
  std::array<double, typeCount> medians;
  std::array<std::vector<double>, typeCount> times;
  for (size_t lap = 0; lap < laps; ++lap)
    for (size_t t = 0; t < typeCount; ++t) {
      shape.weights = allTypes[t].weights;
      shape.input = allTypes[t].input;
      const auto weights = anyBytes(
          shape.weights, size_t(shape.groups) * shape.outputs * shape.depth());
      const auto input = anyBytes(shape.input, elementsOf(shape.inputPlane));
      ContractionPlanner planner;
      const auto contraction = planner.plan(shape, weights.data());
      Aligned scratch(contraction->scratchBytes());
      Aligned output(elementsOf(shape.outputPlane) * largestElement);
      auto once = [&] {
        contraction->run(input.data(), output.data(), scratch.data());
      };
      once();
      const double estimate = std::max(secondsOf(once), 1e-7);
      const size_t repetitions = 1 + size_t(secondsPerLap / estimate);
      times[t].push_back(secondsOf([&] {
                           for (size_t i = 0; i < repetitions; ++i)
                             once();
                         }) /
                         double(repetitions));
    }
  for (size_t t = 0; t < typeCount; ++t) {
    auto middle = times[t].begin() + laps / 2;
    std::nth_element(times[t].begin(), middle, times[t].end());
    medians[t] = *middle;
  }
  return medians;
}

int measureKernels(const ProgramView &program) {
  std::map<decltype(ContractionShape().key()),
           std::pair<ContractionShape, size_t>>
      shapes;
  for (const binary::Command *command : program.commands(0))
    if (const binary::Contract *contract = command->body_as_Contract()) {
      const ContractionShape shape = shapeOf(program, *contract);
      ++shapes.try_emplace(shape.key(), shape, 0).first->second.second;
    }
  std::array<double, typeCount> total = {};
  for (const auto &[key, entry] : shapes) {
    const auto seconds = measure(entry.first);
    for (size_t t = 0; t < typeCount; ++t)
      total[t] += seconds[t] * double(entry.second);
  }
  for (size_t t = 0; t < typeCount; ++t)
    std::printf("%s\"%s\": %.2f", t == 0 ? "{" : ", ", allTypes[t].name,
                total[t] * 1e6);
  std::printf("}\n");
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "host" && argc == 2) {
    std::puts(hostIsa() == HostIsa::avx512Vnni ? "vnni" : "no vnni");
    return 0;
  }
  if (!(mode == "rounds" && argc == 4) && !(mode == "kernels" && argc == 3))
    return fail("usage: host-benchmark rounds NET.crania INPUTS.npy | "
                "host-benchmark kernels NET.crania | host-benchmark host");
  auto bundle = binary::DeviceBinary::load(argv[2]);
  if (!bundle)
    return fail(bundle.error().message);
  auto executable =
      runtime::Executable::load(*bundle, runtime::defaultProgram(*bundle));
  if (!executable)
    return fail(executable.error().message);
  if (mode == "kernels")
    return measureKernels((*executable)->program());
  auto inputs = npy::read(argv[3]);
  if (!inputs)
    return fail(inputs.error().message);
  return measureRounds(**executable, *inputs);
}
