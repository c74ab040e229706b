// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// kmeans-benchmark FILE f16|f32 K COUNT...
// For the first COUNT values of a file of raw floats, prints a line: COUNT, the
// squared error of the best K groups, and the wall-clock seconds of finding
// them, on one thread, the fastest of several runs.

#include "crania/Clustering/OptimalKMeans.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>

using namespace crania;
using namespace crania::clustering;

namespace {

/// The number of runs, of which the fastest counts, because other processes
/// share the processor.
constexpr int attempts = 5;

template <typename T>
std::vector<T> readValues(const char *path, size_t count) {
  std::vector<T> values(count);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char *>(values.data()),
            std::streamsize(count * sizeof(T)));
  if (!file) {
    std::fprintf(stderr, "%s: has no %zu values\n", path, count);
    std::exit(1);
  }
  return values;
}

double processorSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

template <typename Solve>
void measure(size_t count, Solve solve) {
  double seconds = 1e9, error = 0;
  for (int i = 0; i < attempts; ++i) {
    const double begin = processorSeconds();
    auto result = solve();
    const double took = processorSeconds() - begin;
    if (!result) {
      std::fprintf(stderr, "%s\n", result.error().message.c_str());
      std::exit(1);
    }
    seconds = std::min(seconds, took);
    error = result->squaredError;
  }
  std::printf("%zu\t%.9g\t%.6g\n", count, error, seconds);
  std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: kmeans-benchmark FILE f16|f32 K COUNT...\n");
    return 1;
  }
  const auto k = unsigned(std::strtoul(argv[3], nullptr, 10));
  for (int i = 4; i < argc; ++i) {
    const size_t count = std::strtoull(argv[i], nullptr, 10);
    if (std::strcmp(argv[2], "f16") == 0) {
      const auto values = readValues<uint16_t>(argv[1], count);
      measure(count, [&] { return optimalKMeansOfHalves(values, k); });
    } else {
      const auto values = readValues<float>(argv[1], count);
      measure(count, [&] { return optimalKMeans(values, k); });
    }
  }
}
