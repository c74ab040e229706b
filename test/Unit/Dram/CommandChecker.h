// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_TEST_UNIT_DRAM_COMMANDCHECKER_H
#define CRANIA_TEST_UNIT_DRAM_COMMANDCHECKER_H

#include "crania/DramModel/System.h"

#include <optional>

namespace crania::test {

/// Checks the commands of a channel against the rules of the JEDEC standards,
/// pair by pair, and knows nothing of how the model keeps them.
class CommandChecker {
public:
  explicit CommandChecker(const dram::Spec &spec) : spec(spec) {}

  void add(const dram::Command &command);
  /// At the end of time: no refresh is missing.
  void finish(dram::Cycle end);

  /// The first rule that was broken, or "".
  const std::string &violation() const { return problem; }
  const std::vector<dram::Command> &commands() const { return all; }

private:
  struct BankState {
    std::optional<uint32_t> row;
    dram::Cycle activated = 0;
    /// When its precharge began, if it had one.
    std::optional<dram::Cycle> precharged;
  };

  void checkPair(const dram::Command &before, const dram::Command &after);
  void checkColumns(const dram::Command &before, const dram::Command &after);
  void checkWindow(const dram::Command &activate);
  void checkState(const dram::Command &command);
  void checkDataBus(const dram::Command &column);
  void checkRefresh(const dram::Command &refresh);
  void require(const dram::Command &before, const dram::Command &after,
               const char *rule, dram::Cycle gap);
  void fail(const dram::Command &command, const std::string &rule);
  BankState &stateOf(const dram::Command &command);
  dram::Cycle refreshDue(uint32_t rank, uint64_t number) const;

  dram::Spec spec;
  std::vector<dram::Command> all;
  std::vector<BankState> banks;
  std::vector<uint64_t> refreshes; // of each rank
  std::vector<dram::Cycle> refreshed;
  std::string problem;
};

} // namespace crania::test

#endif // CRANIA_TEST_UNIT_DRAM_COMMANDCHECKER_H
