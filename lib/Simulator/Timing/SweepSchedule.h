// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SIMULATOR_TIMING_SWEEPSCHEDULE_H
#define CRANIA_LIB_SIMULATOR_TIMING_SWEEPSCHEDULE_H

#include "crania/Simulator/Program/ProgramView.h"

namespace crania::simulator {

/// Steps into which the sequencer expands a round for a sweep of several
/// inputs.
///
/// The sequencer repeats commands for a group of inputs. Each input has its own
/// part of the global buffer and of scratch DRAM, which the sequencer finds in
/// a table of buffers. A Fetch runs once for the group. A Contract runs tile by
/// tile, with the pixels of all inputs one after another. All other commands
/// run input by input. As the global buffer holds a limited number of inputs,
/// the round is cut into segments of commands. Each segment runs in as many
/// passes as all inputs need, and reads its weights and parameters in each
/// pass. Between segments, the buffers that are needed later are saved to
/// scratch DRAM and restored, for every input. The cuts are those that move the
/// fewest bytes.
class SweepSchedule {
public:
  enum class Kind { command, save, restore };
  struct Step {
    Kind kind = Kind::command;
    /// Index in the round; for save and restore, that of a neighbor.
    uint32_t command = 0;
    uint32_t firstInput = 0, inputs = 1;
    std::vector<uint32_t> after; ///< steps
    int32_t follows = -1;        ///< step of a Contract
    uint64_t bytes = 0;          ///< bytes per input, for save and restore
  };
  struct Segment {
    uint32_t begin, end; ///< commands
    uint32_t group;      ///< inputs of a pass, at most
    uint64_t saved;      ///< bytes that an input saves after it
  };

  SweepSchedule(const ProgramView &program, unsigned round, unsigned inputs);

  unsigned inputs() const { return sweep; }
  const std::vector<Segment> &segments() const { return cuts; }
  const std::vector<Step> &steps() const { return list; }
  /// Returns the bytes of scratch DRAM that an input needs for saved buffers.
  uint64_t savedBytes() const;

private:
  void expand(const ProgramView &program, unsigned round);

  unsigned sweep;
  std::vector<Segment> cuts;
  std::vector<Step> list;
};

} // namespace crania::simulator

#endif // CRANIA_LIB_SIMULATOR_TIMING_SWEEPSCHEDULE_H
