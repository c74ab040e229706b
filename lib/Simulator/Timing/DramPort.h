// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_DRAMPORT_H
#define CRANIA_LIB_SIMULATOR_TIMING_DRAMPORT_H

#include "SweepSchedule.h"

#include "crania/Dram/CommandEnergy.h"
#include "crania/Simulator/Program/ProgramView.h"

#include <array>
#include <deque>
#include <memory>
#include <optional>

namespace crania::simulator {

/// The DRAM that the DMAs share, in cycles of the machine. It holds the image
/// of the program, followed by the scratch memory. A new DRAM is idle, its rows
/// are closed, and the first refresh is due in a whole interval.
class DramPort {
public:
  /// Creates the model that the target of the program selects. Fails if the
  /// program does not fit in the DRAM with the scratch memory of each input of
  /// a sweep.
  static Result<std::unique_ptr<DramPort>>
  create(const ProgramView &program, const SweepSchedule &schedule);
  virtual ~DramPort() = default;

  /// The DMAs, each with a queue of its own.
  enum Requester : uint32_t { weights, activations };
  static constexpr size_t requesters = 2;

  struct Request {
    Requester from;
    uint64_t address, bytes;
    bool isWrite;
  };
  struct Submission {
    uint64_t movedBytes; ///< in whole bursts
    uint64_t busyCycles; ///< cycles on the data bus; fractions carry over
    uint64_t nextIssue;  ///< earliest time of the requester's next request
  };
  /// Accepts a request in cycle `now`. Times must ascend from call to call.
  Submission submit(uint64_t now, const Request &request);

  struct Completion {
    uint64_t begin, end;    ///< the DRAM works for the request
    uint64_t done;          ///< data that were read are on chip
    uint32_t activates = 0; ///< rows that were opened for it
  };
  /// Returns the completion of the oldest request of a requester, once. Returns
  /// nothing until it is known, which may be before its time.
  std::optional<Completion> take(Requester from);

  /// Lets time pass up to cycle `end`, given that no request is made before.
  /// Stops early and returns true if a completion becomes known.
  virtual bool advance(uint64_t end) = 0;

  /// Returns the counts of the cycles before `end`, when all requests are
  /// complete. The flat model counts nothing.
  virtual dram::Counts countsUpTo(uint64_t end) = 0;

  /// Returns the address of a byte of the image or of the scratch memory of an
  /// input.
  uint64_t addressOf(binary::Space space, uint64_t offset,
                     uint32_t input) const {
    return space == binary::Space::image ? offset
                                         : scratch + input * stride + offset;
  }
  /// Returns the address at which the contents of an input's part of the global
  /// buffer are saved.
  uint64_t savedAddress(const SweepSchedule &schedule, uint32_t input) const {
    return scratch + schedule.inputs() * stride +
           input * aligned(schedule.savedBytes());
  }
  uint64_t requestedBytes() const { return requested; }
  uint64_t movedBytes() const { return moved; }

protected:
  explicit DramPort(const ProgramView &program);

  /// Serves a request of whole bursts. Returns the time of the requester's next
  /// request.
  virtual uint64_t serve(uint64_t now, const Request &request) = 0;

  /// Requests of a requester in order, with the completions that are known.
  std::array<std::deque<std::optional<Completion>>, requesters> flights;
  double bytesPerCycle;

private:
  uint64_t aligned(uint64_t bytes) const {
    return (bytes + burstBytes - 1) / burstBytes * burstBytes;
  }

  uint32_t burstBytes;
  uint64_t scratch; // address of the first input's
  uint64_t stride;  // from input to input
  uint64_t requested = 0, moved = 0, busy = 0;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_DRAMPORT_H
