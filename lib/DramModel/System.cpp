// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/DramModel/System.h"

#include "Channel.h"
#include "crania/Dram/AddressMap.h"

#include <algorithm>
#include <cassert>
#include <deque>

namespace crania::dram {

namespace {

constexpr uint32_t mostQueues = 256;

/// A request with bursts that are in progress or still to be admitted.
struct Flight {
  RequestId id = 0;
  uint64_t firstBlock = 0;
  uint64_t blocks = 0;
  uint64_t admitted = 0, served = 0;
  uint32_t activates = 0;
  bool isWrite = false;
  Cycle time = 0;
  Cycle end = 0; // of the last data so far
};

/// A stream at a point where its walk over the banks repeats.
struct Mark {
  RequestId request = never;
  RequestId nextRequest = 0; // unchanged if none has come since
  uint64_t block = 0;        // the next one to admit
  Cycle time = 0;            // the last simulated clock
  std::vector<Counts> counts;
  std::vector<uint64_t> state;
};

} // namespace

struct System::Impl {
  Impl(const Spec &spec, AddressMap map)
      : spec(spec), map(map), shape(map.streamShape()),
        burstBytes(spec.burstBytes()), capacity(spec.capacity()) {
    for (uint32_t i = 0; i < spec.organization.channels; ++i)
      channels.emplace_back(spec, i);
    // The minimum number of bursts between marks. Taking and comparing marks
    // costs as much as some bursts.
    constexpr uint64_t leastStep = 8;
    step = shape.period;
    while (step != 0 && step < leastStep)
      step *= 2;
  }

  Status check(const Request &request) const;
  RequestId enqueue(const Request &request);
  Cycle nextEvent() const;
  void simulate(Cycle cycle, Cycle end);
  void serve(const Channel::Served &served);
  void admit(Cycle cycle);
  bool admitFrom(uint32_t queue, Cycle cycle, uint64_t &busyChannels);
  uint32_t newFlight();

  bool mayRepeat(const Flight &flight) const;
  void tryRepeat(Cycle end);
  void setMark(Mark &mark, const Flight &flight) const;
  void repeatSince(const Mark &begin, const Mark &now, Flight &flight,
                   Cycle end);

  Spec spec;
  AddressMap map;
  StreamShape shape;
  uint64_t burstBytes;
  uint64_t capacity;
  std::vector<Channel> channels;

  std::vector<Flight> flights;
  std::vector<uint32_t> freeFlights;
  /// The flights with bursts to admit, by requester's queue.
  std::vector<std::deque<uint32_t>> queues;
  uint32_t lastQueue = 0;          // last to admit a burst, for turns
  uint64_t waitingFlights = 0;     // flights in the queues
  uint64_t outstandingFlights = 0; // flights not completed
  RequestId nextRequest = 0;
  std::deque<Completion> completed; // completions not reported yet

  Cycle now = 0;          // first clock not simulated
  Cycle hostWake = never; // next admission of a burst

  uint64_t step = 0; // bursts between marks
  bool closedForm = true;
  bool observed = false;
  Mark mark, newMark;
  uint64_t closedFormBursts = 0;
};

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

Status System::Impl::check(const Request &request) const {
  if (request.bytes == 0)
    return Error{"a DRAM request must be of at least one byte"};
  if (request.bytes > capacity || request.address > capacity - request.bytes)
    return Error{"a DRAM request of " + std::to_string(request.bytes) +
                 " bytes at " + std::to_string(request.address) +
                 " does not lie within the " + std::to_string(capacity) +
                 " bytes of " + spec.name};
  if (request.queue >= mostQueues)
    return Error{"DRAM queue " + std::to_string(request.queue) +
                 " is not one of the " + std::to_string(mostQueues) +
                 " queues that there can be"};
  if (request.time < now)
    return Error{"a DRAM request at clock " + std::to_string(request.time) +
                 " comes too late: the next clock is " + std::to_string(now)};
  return {};
}

uint32_t System::Impl::newFlight() {
  if (!freeFlights.empty()) {
    uint32_t flight = freeFlights.back();
    freeFlights.pop_back();
    return flight;
  }
  flights.emplace_back();
  return uint32_t(flights.size() - 1);
}

RequestId System::Impl::enqueue(const Request &request) {
  const uint32_t index = newFlight();
  Flight &flight = flights[index];
  flight = {};
  flight.id = nextRequest++;
  flight.firstBlock = request.address / burstBytes;
  flight.blocks = (request.address + request.bytes - 1) / burstBytes -
                  flight.firstBlock + 1;
  flight.isWrite = request.isWrite;
  flight.time = request.time;
  if (request.queue >= queues.size())
    queues.resize(request.queue + 1);
  queues[request.queue].push_back(index);
  ++waitingFlights;
  ++outstandingFlights;
  hostWake = std::min(hostWake, request.time);
  return flight.id;
}

void System::Impl::serve(const Channel::Served &served) {
  Flight &flight = flights[served.burst.request];
  assert(flight.served < flight.blocks && "the request is complete already");
  flight.end = std::max(flight.end, served.dataEnd);
  flight.activates += served.burst.activates;
  if (++flight.served < flight.blocks)
    return;
  completed.push_back({flight.id, flight.end, flight.activates});
  freeFlights.push_back(served.burst.request);
  --outstandingFlights;
}

/// Admits the next burst of a queue, if it is time, its channel has room, and
/// the channel has taken none in this clock.
bool System::Impl::admitFrom(uint32_t queue, Cycle cycle,
                             uint64_t &busyChannels) {
  if (queues[queue].empty())
    return false;
  const uint32_t index = queues[queue].front();
  Flight &flight = flights[index];
  if (flight.time > cycle) {
    hostWake = std::min(hostWake, flight.time);
    return false;
  }
  // Most clocks of a busy channel end here.
  const bool isAlone = channels.size() == 1;
  if (isAlone && !channels.front().hasRoom(flight.isWrite))
    return false;
  const uint64_t block = flight.firstBlock + flight.admitted;
  const Location location = map.locate(block);
  Channel &channel = channels[location.channel];
  if (!channel.hasRoom(flight.isWrite))
    return false; // room comes in a clock that is simulated anyway
  const uint64_t bit = uint64_t(1) << location.channel;
  if (busyChannels & bit) {
    hostWake = cycle + 1;
    return false;
  }
  busyChannels |= bit;
  Burst &burst = channel.admit(location.bank, queue, flight.isWrite, cycle);
  burst.block = block;
  burst.row = location.row;
  burst.request = index;
  // A full channel makes room in a clock that is simulated anyway.
  if (!isAlone || channel.hasRoom(false) || channel.hasRoom(true))
    hostWake = cycle + 1;
  if (++flight.admitted == flight.blocks) {
    queues[queue].pop_front();
    --waitingFlights;
  }
  return true;
}

void System::Impl::admit(Cycle cycle) {
  hostWake = never;
  if (waitingFlights == 0)
    return;
  uint64_t busyChannels = 0;
  const auto count = uint32_t(queues.size());
  const uint32_t first = lastQueue + 1;
  uint32_t queue = first < count ? first : 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (admitFrom(queue, cycle, busyChannels))
      lastQueue = queue;
    queue = queue + 1 < count ? queue + 1 : 0;
  }
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

Cycle System::Impl::nextEvent() const {
  Cycle next = hostWake;
  for (const Channel &channel : channels)
    next = std::min(next, channel.wake());
  return std::max(next, now);
}

void System::Impl::simulate(Cycle cycle, Cycle end) {
  for (Channel &channel : channels)
    if (channel.wake() <= cycle)
      if (std::optional<Channel::Served> served = channel.step(cycle))
        serve(*served);
  admit(cycle);
  now = cycle + 1;
  tryRepeat(end);
}

//===----------------------------------------------------------------------===//
// Closed form
//===----------------------------------------------------------------------===//

// A lone stream visits the banks in a period that the address mapping gives. If
// the whole state, relative to the clock, equals the state one period ago, then
// the next period will equal the last one. This continues until a refresh falls
// due, the stream leaves its rows, or its end is near. These periods are
// counted at once.

/// Returns true if a period of the stream begins here and all its bursts in
/// progress are of one region.
bool System::Impl::mayRepeat(const Flight &flight) const {
  if (step == 0 || 2 * step > shape.region)
    return false;
  const uint64_t next = flight.firstBlock + flight.admitted;
  const uint64_t inRegion = next % shape.region;
  return next % step == 0 && inRegion >= flight.admitted - flight.served;
}

void System::Impl::setMark(Mark &mark, const Flight &flight) const {
  mark.request = flight.id;
  mark.nextRequest = nextRequest;
  mark.block = flight.firstBlock + flight.admitted;
  mark.time = now - 1;
  mark.counts.clear();
  mark.state.clear();
  mark.state.push_back(flight.admitted - flight.served);
  for (const Channel &channel : channels) {
    mark.counts.push_back(channel.counts(now - 1));
    channel.appendState(now - 1, mark.state);
  }
}

void System::Impl::tryRepeat(Cycle end) {
  if (!closedForm || observed || outstandingFlights != 1 || waitingFlights != 1)
    return;
  const std::deque<uint32_t> &queue = queues[lastQueue];
  if (queue.empty() || !mayRepeat(flights[queue.front()]))
    return;
  Flight &flight = flights[queue.front()];
  // Many clocks may pass before the next burst is admitted.
  const uint64_t next = flight.firstBlock + flight.admitted;
  if (mark.request == flight.id && mark.block == next)
    return;
  setMark(newMark, flight);
  std::swap(mark, newMark);
  const Mark &begin = newMark;
  const bool follows = begin.request == mark.request &&
                       begin.nextRequest == mark.nextRequest &&
                       begin.block + step == mark.block &&
                       begin.block / shape.region == mark.block / shape.region;
  if (follows && begin.state == mark.state)
    repeatSince(begin, mark, flight, end);
}

void System::Impl::repeatSince(const Mark &begin, const Mark &here,
                               Flight &flight, Cycle end) {
  assert(here.time > begin.time && flight.admitted < flight.blocks &&
         "there is no period to repeat");
  const Cycle period = here.time - begin.time;
  // Clocks before `limit` have no refresh and may be simulated.
  Cycle limit = end;
  for (size_t i = 0; i < channels.size(); ++i) {
    limit = std::min(limit, channels[i].nextRefresh(now));
    if (here.counts[i].refreshes != begin.counts[i].refreshes)
      return;
  }
  if (limit <= now)
    return;
  // The last burst takes the request out of its queue, so `admit` must handle
  // it.
  const uint64_t left = flight.blocks - flight.admitted - 1;
  const uint64_t blocks =
      std::min(shape.region - here.block % shape.region, left);
  const uint64_t repeats =
      std::min<uint64_t>((limit - now) / period, blocks / step);
  if (repeats == 0)
    return;
  for (size_t i = 0; i < channels.size(); ++i) {
    channels[i].repeat(begin.time, here.time, begin.counts[i], repeats,
                       repeats * step);
    flight.activates += uint32_t(
        repeats * (here.counts[i].activates - begin.counts[i].activates));
  }
  flight.admitted += repeats * step;
  flight.served += repeats * step;
  flight.end += repeats * period;
  now += repeats * period;
  hostWake = now;
  closedFormBursts += repeats * step;
  mark.request = never; // the mark's counts are out of date
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

System::System(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
System::System(System &&) = default;
System &System::operator=(System &&) = default;
System::~System() = default;

Result<System> System::create(const Spec &spec) {
  if (Status status = spec.check(); !status)
    return status.error();
  Result<AddressMap> map = AddressMap::create(spec);
  if (!map)
    return map.error();
  return System(std::make_unique<Impl>(spec, *map));
}

const Spec &System::spec() const { return impl->spec; }

Result<RequestId> System::enqueue(const Request &request) {
  if (Status status = impl->check(request); !status)
    return status.error();
  return impl->enqueue(request);
}

Cycle System::now() const { return impl->now; }

Cycle System::wake() const {
  if (!impl->completed.empty())
    return impl->now;
  return impl->outstandingFlights == 0 ? never : impl->nextEvent();
}

std::optional<Completion> System::advance(Cycle end) {
  while (impl->completed.empty()) {
    const Cycle next = impl->nextEvent();
    if (next >= end) {
      impl->now = std::max(impl->now, end);
      return std::nullopt;
    }
    impl->simulate(next, end);
  }
  const Completion completion = impl->completed.front();
  impl->completed.pop_front();
  return completion;
}

Cycle System::drain() {
  Cycle last = impl->now;
  while (impl->outstandingFlights != 0 || !impl->completed.empty())
    if (std::optional<Completion> completion = advance(never))
      last = std::max(last, completion->time);
  return last;
}

Counts System::counts() const {
  Counts sum;
  for (const Channel &channel : impl->channels) {
    const Counts counts = channel.counts(impl->now);
    sum.activates += counts.activates;
    sum.precharges += counts.precharges;
    sum.reads += counts.reads;
    sum.writes += counts.writes;
    sum.refreshes += counts.refreshes;
    sum.activeCycles += counts.activeCycles;
    sum.prechargedCycles += counts.prechargedCycles;
  }
  return sum;
}

void System::setObserver(const std::function<void(const Command &)> &observer) {
  impl->observed = bool(observer);
  for (Channel &channel : impl->channels)
    channel.observer = observer;
}

void System::allowClosedForm(bool allow) { impl->closedForm = allow; }

uint64_t System::closedFormBursts() const { return impl->closedFormBursts; }

} // namespace crania::dram
