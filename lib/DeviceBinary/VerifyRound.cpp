// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FetchTracker.h"
#include "Hazards.h"
#include "Verify.h"

namespace crania::binary {

namespace {

/// The largest number of commands of a round. A layer needs only a handful,
/// because commands take ranges of tiles. The search for hazards is quadratic
/// in the worst case.
constexpr size_t maxCommands = 1 << 14;

const char *kindOf(CommandBody body) {
  switch (body) {
  case CommandBody::Fetch:
    return "fetch";
  case CommandBody::Release:
    return "release";
  case CommandBody::Contract:
    return "contract";
  case CommandBody::Vector:
    return "vector";
  case CommandBody::Copy:
    return "copy";
  case CommandBody::ExitTest:
    return "exit test";
  case CommandBody::NONE:
    break;
  }
  return "empty command";
}

/// Checks that `after` and `follows` point to earlier commands of the round.
Status verifyTokens(const Round &round, size_t index) {
  const Command &command = *round.commands()->Get(index);
  for (uint32_t token : *command.after())
    if (token >= index)
      return Error{"it waits for command " + std::to_string(token) +
                   ", which is not before it"};
  if (command.follows() == -1)
    return {};
  if (command.body_type() != CommandBody::Vector)
    return Error{"only a vector command can follow another one"};
  if (command.follows() < 0 || size_t(command.follows()) >= index ||
      round.commands()->Get(command.follows())->body_type() !=
          CommandBody::Contract)
    return Error{"it follows command " + std::to_string(command.follows()) +
                 ", which is not an earlier contract"};
  return {};
}

Status verifyBody(const Command &command, const ProgramContext &context,
                  FetchTracker &tracker) {
  switch (command.body_type()) {
  case CommandBody::Fetch: {
    Status status = verifyFetch(*command.body_as_Fetch(), context);
    if (status)
      tracker.fetch(*command.body_as_Fetch());
    return status;
  }
  case CommandBody::Release: {
    Status status = verifyRelease(*command.body_as_Release(), context);
    return status ? tracker.release(*command.body_as_Release()) : status;
  }
  case CommandBody::Contract: {
    Status status = verifyContract(*command.body_as_Contract(), context);
    return status ? tracker.use(*command.body_as_Contract()) : status;
  }
  case CommandBody::Vector:
    return verifyVector(*command.body_as_Vector(), context);
  case CommandBody::Copy:
    return verifyCopy(*command.body_as_Copy(), context);
  case CommandBody::ExitTest:
    return verifyExitTest(*command.body_as_ExitTest(), context);
  case CommandBody::NONE:
    break;
  }
  return Error{"it has no body"};
}

/// Checks that the exit test is the last command of the round, and only that
/// one. A sweep ends with it; in the last round it always exits.
Status verifyExitPlace(const Round &round, size_t index) {
  bool isTest =
      round.commands()->Get(index)->body_type() == CommandBody::ExitTest;
  bool isLast = index + 1 == round.commands()->size();
  if (isTest == isLast)
    return {};
  return Error{isTest ? "commands follow the exit test, which ends the round"
                      : "the last command of a round must be its exit test"};
}

Status verifyCommand(const Round &round, size_t index,
                     const ProgramContext &context, FetchTracker &tracker) {
  const Command &command = *round.commands()->Get(index);
  if (Status status = verifyTokens(round, index); !status)
    return status;
  if (Status status = verifyExitPlace(round, index); !status)
    return status;
  return verifyBody(command, context, tracker);
}

/// Returns a position for messages, like ", command 17 (contract of "conv1")".
/// The label of the command must be valid.
std::string whereIs(size_t index, const Round &round,
                    const ProgramContext &context) {
  const Command &command = *round.commands()->Get(index);
  return ", command " + std::to_string(index) + " (" +
         kindOf(command.body_type()) + " of \"" +
         context.program.labels()->Get(command.label())->str() + "\")";
}

Status verifyLabels(const Round &round, const ProgramContext &context) {
  const auto &commands = *round.commands();
  size_t labels = context.program.labels()->size();
  for (size_t i = 0; i < commands.size(); ++i)
    if (commands.Get(i)->label() >= labels)
      return Error{", command " + std::to_string(i) + ": its label " +
                   std::to_string(commands.Get(i)->label()) +
                   " is not one of the " + std::to_string(labels) + " labels"};
  return {};
}

Error failAt(size_t index, const std::string &message, const Round &round,
             const ProgramContext &context) {
  if (context.failed)
    context.failed->command = index;
  return Error{whereIs(index, round, context) + ": " + message};
}

Status verifyCommands(const Round &round, const ProgramContext &context) {
  size_t count = round.commands()->size();
  if (count == 0 || count > maxCommands)
    return Error{": it has " + std::to_string(count) +
                 " commands, but must have 1 to " +
                 std::to_string(maxCommands)};
  if (Status status = verifyLabels(round, context); !status)
    return status;
  FetchTracker tracker(context);
  for (size_t i = 0; i < count; ++i)
    if (Status status = verifyCommand(round, i, context, tracker); !status)
      return failAt(i, status.error().message, round, context);
  if (Status status = tracker.finish(); !status)
    return Error{": " + status.error().message};
  if (std::optional<Hazard> hazard = findHazard(round, context))
    return failAt(hazard->command, hazard->message, round, context);
  return {};
}

} // namespace

Status verifyRound(const ProgramContext &context, size_t index) {
  const Round &round = *context.program.rounds()->Get(index);
  if (context.failed)
    context.failed->round = index;
  if (Status status = verifyCommands(round, context); !status)
    return Error{"round " + std::to_string(index + 1) + status.error().message};
  return {};
}

} // namespace crania::binary
