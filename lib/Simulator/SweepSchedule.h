// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_SWEEPSCHEDULE_H
#define CRANIA_LIB_SIMULATOR_SWEEPSCHEDULE_H

#include "crania/Simulator/ProgramView.h"

namespace crania::simulator {

/// What the sequencer makes of a round for a sweep of several inputs.
///
/// It replays commands for a group of inputs, each with its own part of the
/// global buffer and of scratch DRAM, which it finds in a table of buffers: a
/// Fetch once for the group, a Contract tile by tile with the pixels of all of
/// them behind one another, and all other commands input after input. As the
/// buffer holds so many only, the round is cut into segments of commands; each
/// segment runs in as many passes as it takes to get all inputs through, and
/// reads its weights and parameters in each of them. Between segments the
/// buffers that are needed further on are saved to scratch DRAM and restored,
/// for every input. The cuts are those that move the fewest bytes.
class SweepSchedule {
public:
  enum class Kind { command, save, restore };
  struct Step {
    Kind kind = Kind::command;
    uint32_t command = 0; ///< of the round; of save and restore, the neighbour
    uint32_t firstInput = 0, inputs = 1;
    std::vector<uint32_t> after; ///< steps
    int32_t follows = -1;        ///< step of a Contract
    uint64_t bytes = 0;          ///< of save and restore, per input
  };
  struct Segment {
    uint32_t begin, end; ///< commands
    uint32_t group;      ///< inputs of a pass, at most
    uint64_t saved;      ///< bytes of an input behind it
  };

  SweepSchedule(const ProgramView &program, unsigned round, unsigned inputs);

  unsigned inputs() const { return sweep; }
  const std::vector<Segment> &segments() const { return cuts; }
  const std::vector<Step> &steps() const { return list; }
  /// Bytes of scratch DRAM that an input needs for what is saved.
  uint64_t savedBytes() const;

private:
  void expand(const ProgramView &program, unsigned round);

  unsigned sweep;
  std::vector<Segment> cuts;
  std::vector<Step> list;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_SWEEPSCHEDULE_H
