// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania-c/Runtime.h"
#include "crania/Runtime/Executable.h"
#include "crania/Simulator/Execution/HostWarning.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <tuple>

using namespace crania;
using namespace crania::runtime;

namespace {

/// The programs that compiled host code has called so far.
class ExecutableCache {
public:
  using Entry = std::shared_ptr<const Executable>;

  Result<Entry> find(const void *binary, uint64_t size) {
    // The header of a device binary ends in a checksum of all of it: another
    // binary at the same address has another header.
    Key key = {binary, size, {}};
    std::memcpy(key.header.data(), binary,
                std::min<uint64_t>(size, key.header.size()));
    std::lock_guard<std::mutex> lock(mutex);
    if (auto it = entries.find(key); it != entries.end())
      return it->second;
    Result<Entry> entry = load(binary, size);
    if (entry)
      entries.emplace(key, *entry);
    return entry;
  }

private:
  struct Key {
    const void *address;
    uint64_t size;
    std::array<uint8_t, 64> header;
    bool operator<(const Key &other) const {
      return std::tie(address, size, header) <
             std::tie(other.address, other.size, other.header);
    }
  };

  static Result<Entry> load(const void *binary, uint64_t size) {
    const uint8_t *first = static_cast<const uint8_t *>(binary);
    auto bundle = binary::DeviceBinary::parse({first, first + size});
    if (!bundle)
      return bundle.error();
    return Executable::load(*bundle, defaultProgram(*bundle));
  }

  std::mutex mutex;
  std::map<Key, Entry> entries;
};

int64_t fail(const std::string &message) {
  std::fprintf(stderr, "crania runtime: error: %s\n", message.c_str());
  return -1;
}

/// Prints the host warning once, as compiled host code has no other way to
/// learn of it.
void printHostWarningOnce() {
  static std::atomic<bool> isPrinted = false;
  const std::string warning = simulator::hostWarning();
  if (!warning.empty() && !isPrinted.exchange(true))
    std::fprintf(stderr, "crania runtime: warning: %s\n", warning.c_str());
}

int64_t infer(const Executable &executable, Span<const float> input,
              Span<float> logits) {
  if (input.size() != executable.inputElements())
    return fail("the input has " + std::to_string(input.size()) +
                " elements, the program takes " +
                std::to_string(executable.inputElements()));
  if (logits.size() != executable.logitElements())
    return fail("there are " + std::to_string(logits.size()) +
                " logits to write, the program gives " +
                std::to_string(executable.logitElements()));
  simulator::FunctionalEngine::Memory memory = executable.engine().allocate();
  unsigned round = 0;
  while (!executable.exitsAfter(
      round, executable.engine().runRound(round, input, memory, logits)))
    ++round;
  return round + 1;
}

} // namespace

int64_t craniaRuntimeInfer(const void *binary, uint64_t size,
                           const float *input, uint64_t inputElements,
                           float *logits, uint64_t logitElements) {
  static ExecutableCache cache;
  auto executable = cache.find(binary, size);
  if (!executable)
    return fail(executable.error().message);
  printHostWarningOnce();
  return infer(**executable, {input, inputElements}, {logits, logitElements});
}
