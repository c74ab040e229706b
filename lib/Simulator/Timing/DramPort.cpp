// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DramPort.h"

#include "ClockRatio.h"

#include "crania/DramModel/System.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace crania;
using namespace crania::simulator;

namespace {

constexpr uint64_t bitsPerByte = 8;

uint64_t alignTo(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// First come, first served, a bus of fixed bandwidth and a pipelined latency.
/// The bus keeps fractions of a cycle, so that bandwidth is exact over many
/// requests. A requester has one request waiting for the bus at a time: so they
/// share it fairly.
class FlatDram : public DramPort {
public:
  explicit FlatDram(const ProgramView &program)
      : DramPort(program), latency(program.target().dramLatencyCycles()) {}

  bool advance(uint64_t) override { return false; }
  dram::Counts countsUpTo(uint64_t) override { return {}; }

protected:
  uint64_t serve(uint64_t now, const Request &request) override {
    const double begin = std::max(double(now), busFree);
    busFree = begin + double(request.bytes) / bytesPerCycle;
    const auto end = uint64_t(std::ceil(busFree));
    flights[request.from].push_back(Completion{
        uint64_t(begin), end, request.isWrite ? end : end + latency, 0});
    return std::max(now + 1, uint64_t(begin));
  }

private:
  uint64_t latency;
  double busFree = 0;
};

/// Channels, banks, rows and refresh, with a clock of their own.
class TimedDram : public DramPort {
public:
  TimedDram(const ProgramView &program, dram::System &&system)
      : DramPort(program), system(std::move(system)),
        clocks(this->system.spec().timing.clockPs, program.target().clockMHz) {}

  bool advance(uint64_t end) override;
  dram::Counts countsUpTo(uint64_t end) override {
    system.advance(clocks.clockOf(end));
    return system.counts();
  }

protected:
  uint64_t serve(uint64_t now, const Request &request) override;

private:
  struct Flight {
    dram::RequestId id;
    Requester from;
    size_t place; // of all requests of that requester
    uint64_t issued;
  };

  dram::System system;
  ClockRatio clocks;
  std::vector<Flight> waiting;
  std::array<size_t, requesters> issued = {};
  uint64_t lastEnd = 0;
};

/// The request is known to be possible: the program fits in the memory, and
/// time has not passed beyond `now`.
uint64_t TimedDram::serve(uint64_t now, const Request &request) {
  const auto id =
      system.enqueue({request.address, request.bytes, request.isWrite,
                      request.from, clocks.clockOf(now)});
  assert(id && "the request is not possible");
  waiting.push_back({*id, request.from, issued[request.from]++, now});
  flights[request.from].emplace_back();
  return now + 1;
}

bool TimedDram::advance(uint64_t end) {
  if (waiting.empty())
    return false;
  const dram::Cycle limit =
      end == dram::never ? dram::never : clocks.clockOf(end);
  const std::optional<dram::Completion> completion = system.advance(limit);
  if (!completion)
    return false;
  const auto it =
      std::find_if(waiting.begin(), waiting.end(), [&](const Flight &flight) {
        return flight.id == completion->request;
      });
  assert(it != waiting.end() && "the request is unknown");
  const uint64_t done = clocks.cycleOf(completion->time);
  auto &queue = flights[it->from];
  const size_t taken = issued[it->from] - queue.size();
  queue[it->place - taken] = Completion{std::max(it->issued, lastEnd), done,
                                        done, completion->activates};
  lastEnd = std::max(lastEnd, done);
  waiting.erase(it);
  return true;
}

} // namespace

DramPort::DramPort(const ProgramView &program)
    : bytesPerCycle(program.target().dramBytesPerCycle()),
      burstBytes(program.target().dram.burstBytes),
      stride(aligned(program.program().dram_bytes())) {
  const auto &organization = program.target().dram.memory->organization;
  const uint64_t rowBytes =
      uint64_t(organization.columns) * organization.busBits / bitsPerByte;
  scratch =
      alignTo(program.image().size(), std::max<uint64_t>(rowBytes, burstBytes));
}

DramPort::Submission DramPort::submit(uint64_t now, const Request &request) {
  assert(request.bytes > 0 && "a request of no bytes");
  const uint64_t begin = request.address / burstBytes * burstBytes;
  const uint64_t end = alignTo(request.address + request.bytes, burstBytes);
  const uint64_t nextIssue =
      serve(now, {request.from, begin, end - begin, request.isWrite});
  requested += request.bytes;
  moved += end - begin;
  const uint64_t busyBefore = busy;
  busy = uint64_t(std::ceil(double(moved) / bytesPerCycle));
  return {end - begin, busy - busyBefore, nextIssue};
}

std::optional<DramPort::Completion> DramPort::take(Requester from) {
  auto &queue = flights[from];
  if (queue.empty() || !queue.front())
    return std::nullopt;
  const Completion completion = *queue.front();
  queue.pop_front();
  return completion;
}

Result<std::unique_ptr<DramPort>>
DramPort::create(const ProgramView &program, const SweepSchedule &schedule) {
  const target::TargetModel &target = program.target();
  if (target.dram.model == target::DramModel::flat)
    return std::unique_ptr<DramPort>(new FlatDram(program));
  Result<dram::System> system = dram::System::create(*target.dram.memory);
  if (!system)
    return system.error();
  std::unique_ptr<DramPort> dram(new TimedDram(program, std::move(*system)));
  const uint64_t needed = dram->savedAddress(schedule, schedule.inputs());
  if (needed > target.dram.memory->capacity())
    return Error{"program '" + program.name() + "' needs " +
                 std::to_string(needed) + " bytes of DRAM" +
                 (schedule.inputs() == 1
                      ? ""
                      : " for " + std::to_string(schedule.inputs()) +
                            " inputs at a time") +
                 ", but " + target.dram.memory->name + " has " +
                 std::to_string(target.dram.memory->capacity()) +
                 "; give dram.memory more rows, ranks or channels" +
                 (schedule.inputs() == 1 ? "" : ", or choose smaller sweeps")};
  return dram;
}
