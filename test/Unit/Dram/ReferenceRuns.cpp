// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ReferenceRuns.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>

namespace crania::test {

namespace {

constexpr size_t traceLength = 1000000;

/// The generator PCG64 of numpy (XSL-RR of 128 bits), with the initial state of
/// default_rng(7): `numpy.random.default_rng(7).bit_generator.state`.
class Pcg64 {
public:
  /// Returns a number below 2^bits as Generator.integers draws it: from the
  /// upper bits of halves of the generator's words, the lower half first.
  uint64_t below(unsigned bits) {
    hasHalf = !hasHalf;
    if (hasHalf)
      word = next();
    const auto half = uint32_t(hasHalf ? word : word >> 32);
    return half >> (32 - bits);
  }

private:
  using Word = unsigned __int128;

  uint64_t next() {
    const Word multiplier =
        (Word(0x2360ed051fc65da4) << 64) | 0x4385df649fccf645;
    state = state * multiplier + increment;
    const auto folded = uint64_t(state >> 64) ^ uint64_t(state);
    const auto turn = unsigned(state >> 122);
    return (folded >> turn) | (folded << (-turn & 63));
  }

  Word state = (Word(0x9d0aecc4e7b18891) << 64) | 0x9ae2415a6b292038;
  Word increment = (Word(0xc4751896ce8acebf) << 64) | 0x66887f5ac070d959;
  uint64_t word = 0;
  bool hasHalf = false;
};

std::vector<std::string> fieldsIn(const std::string &line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == ',')
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

ReferenceRun runIn(const std::string &line) {
  const std::vector<std::string> fields = fieldsIn(line);
  auto number = [&](size_t i) {
    return std::strtod(fields[i].c_str(), nullptr);
  };
  ReferenceRun run;
  run.simulator = fields[0];
  run.mapping = fields[1];
  run.trace = fields[3];
  run.cycles = number(4);
  run.gigabytesPerSecond = number(5);
  run.read = number(6);
  run.activate = number(7);
  run.refresh = number(8);
  run.activeStandby = number(9);
  run.prechargeStandby = number(10);
  run.total = number(11);
  return run;
}

std::vector<uint64_t> ascending(uint64_t burstBytes) {
  std::vector<uint64_t> addresses(traceLength);
  for (size_t i = 0; i < traceLength; ++i)
    addresses[i] = i * burstBytes;
  return addresses;
}

/// Returns the number of bits of addresses below the size of the memory or
/// 4 GB.
unsigned addressBitsOf(const dram::Spec &spec) {
  unsigned bits = 0;
  while (bits < 32 && (uint64_t(2) << bits) <= spec.capacity())
    ++bits;
  return bits;
}

unsigned logOf(uint64_t power) {
  unsigned bits = 0;
  while (uint64_t(1) << bits < power)
    ++bits;
  return bits;
}

std::vector<uint64_t> scattered(Pcg64 &generator, unsigned addressBits,
                                uint64_t burstBytes) {
  const unsigned bits = addressBits - logOf(burstBytes);
  std::vector<uint64_t> addresses(traceLength);
  for (uint64_t &address : addresses)
    address = generator.below(bits) * burstBytes;
  return addresses;
}

std::vector<uint64_t> blocks(Pcg64 &generator, unsigned addressBits,
                             uint64_t burstBytes) {
  constexpr uint64_t blockBytes = 4096;
  const unsigned bits = addressBits - logOf(blockBytes);
  std::vector<uint64_t> addresses;
  while (addresses.size() < traceLength) {
    const uint64_t block = generator.below(bits) * blockBytes;
    for (uint64_t i = 0; i < blockBytes; i += burstBytes)
      addresses.push_back(block + i);
  }
  addresses.resize(traceLength);
  return addresses;
}

double secondsOfProcess() { return double(std::clock()) / CLOCKS_PER_SEC; }

} // namespace

std::vector<ReferenceRun> referenceRuns() {
  const std::pair<const char *, const char *> tables[] = {
      {"ddr4-3200", CRANIA_DRAM_DATA "/dram_ddr4_3200.csv"},
      {"lpddr3-1600", CRANIA_DRAM_DATA "/dram_lpddr3_1600.csv"}};
  std::vector<ReferenceRun> runs;
  for (const auto &[preset, path] : tables) {
    std::ifstream file(path);
    std::string line;
    bool isHeader = true;
    while (std::getline(file, line)) {
      if (line.empty() || line[0] == '#')
        continue;
      if (!isHeader) {
        runs.push_back(runIn(line));
        runs.back().preset = preset;
      }
      isHeader = false;
    }
  }
  return runs;
}

dram::Spec specOf(const ReferenceRun &run) {
  dram::Spec spec = *dram::findPreset(run.preset);
  spec.controller.addressMapping = run.mapping;
  if (run.simulator == "DRAMsim3") {
    if (run.preset == "ddr4-3200")
      spec.timing.clockPs = 630; // from the file of the run
    return spec;
  }
  // Ramulator 2 issues commands for the oldest request that is ready, and
  // refreshes all ranks together. A change of rank costs two clocks (nCS of its
  // speed bin DDR4_3200AA).
  spec.controller.commandPriority = dram::CommandPriority::oldestFirst;
  spec.controller.refreshPolicy = dram::RefreshPolicy::simultaneous;
  spec.timing.tRTRS = 2;
  return spec;
}

std::vector<uint64_t> traceNamed(const std::string &name,
                                 const dram::Spec &spec) {
  const uint64_t burstBytes = spec.burstBytes();
  if (name == "seq")
    return ascending(burstBytes);
  const unsigned addressBits = addressBitsOf(spec);
  Pcg64 generator;
  std::vector<uint64_t> first = scattered(generator, addressBits, burstBytes);
  return name == "rand" ? first : blocks(generator, addressBits, burstBytes);
}

Measured measure(const dram::Spec &spec, const std::vector<uint64_t> &trace) {
  // The window exceeds the capacity of all queues of the controller.
  constexpr size_t window = 1024;
  const uint32_t burstBytes = spec.burstBytes();
  dram::System system = std::move(*dram::System::create(spec));
  Measured measured;
  const double begin = secondsOfProcess();
  size_t sent = 0;
  auto send = [&] {
    if (sent < trace.size())
      (void)system.enqueue({trace[sent++], burstBytes, false, 0, system.now()});
  };
  for (size_t i = 0; i < window; ++i)
    send();
  for (size_t served = 0; served < trace.size(); ++served) {
    const auto completion = system.advance(dram::never);
    measured.cycles = std::max(measured.cycles, completion->time);
    send();
  }
  measured.cpuSeconds = secondsOfProcess() - begin;
  system.advance(measured.cycles);
  const double nanoseconds = spec.picoseconds(measured.cycles) / 1000;
  measured.gigabytesPerSecond = trace.size() * burstBytes / nanoseconds;
  measured.counts = system.counts();
  measured.energy = system.energy();
  return measured;
}

std::vector<Comparison> compare(const ReferenceRun &run,
                                const Measured &measured) {
  constexpr double ofBandwidth = 0.05, ofEnergy = 0.1;
  std::vector<Comparison> comparisons = {{"bandwidth", "GB/s",
                                          measured.gigabytesPerSecond,
                                          run.gigabytesPerSecond, ofBandwidth}};
  const double nanojoules = specOf(run).timing.clockPs * 1e-6;
  auto energy = [&](const char *figure, double ours, double reference) {
    if (reference != 0)
      comparisons.push_back(
          {figure, "nJ", ours * 1e-3, reference * nanojoules, ofEnergy});
  };
  energy("read energy", measured.energy.read, run.read);
  energy("activate energy", measured.energy.activate, run.activate);
  energy("refresh energy", measured.energy.refresh, run.refresh);
  energy("active standby energy", measured.energy.activeStandby,
         run.activeStandby);
  energy("precharge standby energy", measured.energy.prechargeStandby,
         run.prechargeStandby);
  energy("total energy", measured.energy.total(), run.total);
  return comparisons;
}

} // namespace crania::test
