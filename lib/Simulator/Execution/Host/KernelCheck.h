// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_EXECUTION_HOST_KERNELCHECK_H
#define CRANIA_LIB_SIMULATOR_EXECUTION_HOST_KERNELCHECK_H

#include "ContractionSource.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace crania::simulator {

/// Compares contractions of another library with those of the own portable
/// kernels, on small shapes, once for each kind of shape: the host may be one
/// on which the library was never tested. For any number of threads.
class KernelCheck {
public:
  using MakeSource = std::function<std::unique_ptr<ContractionSource>()>;

  /// True if the source gives right answers for contractions of the kind of
  /// `shape`, for which it chose an implementation. Those are equal to the last
  /// bit, f32 on numbers whose sums are exact, and nothing is written outside
  /// of the output and the scratch memory.
  bool passes(const ContractionShape &shape, const char *implementation,
              const MakeSource &source);

  /// One sentence about the first that failed; empty if none did.
  std::string warning() const;

  /// The one of all planners, so that no kind is compared twice in a process.
  static KernelCheck &ofProcess();

private:
  /// An implementation and what its code depends on.
  using Kind = std::pair<std::string, std::vector<uint32_t>>;

  mutable std::mutex mutex;
  std::map<Kind, bool> verdicts;
  std::string firstFailure;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_EXECUTION_HOST_KERNELCHECK_H
