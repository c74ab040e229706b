// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/Session.h"

#include <cassert>
#include <cmath>

using namespace crania;
using namespace crania::runtime;

Session::Session(std::shared_ptr<const Executable> executable,
                 const SweepOptions &sweeps)
    : program(std::move(executable)), memory(program->engine().allocate()),
      meter(*program), batcher(program->rounds(), sweeps) {}

Status Session::setSweeps(const SweepOptions &sweeps) {
  if (nextTicket != 1)
    return Error{"sweeps cannot change once inputs were submitted"};
  batcher = Batcher(program->rounds(), sweeps);
  return {};
}

Result<Session::Ticket> Session::keep(Span<const float> input) {
  if (input.size() != program->inputElements())
    return Error{"the input has " + std::to_string(input.size()) +
                 " elements, but program '" + program->program().name() +
                 "' takes " + std::to_string(program->inputElements())};
  for (size_t i = 0; i < input.size(); ++i)
    if (!std::isfinite(input[i]))
      return Error{"element " + std::to_string(i) + " of the input is " +
                   std::to_string(input[i]) + "; an input is finite"};
  const Ticket ticket = nextTicket++;
  contexts[ticket].image.assign(input.begin(), input.end());
  return ticket;
}

Result<Session::Ticket> Session::submit(Span<const float> input) {
  Result<Ticket> ticket = keep(input);
  if (ticket)
    batcher.submit(*ticket);
  return ticket;
}

Result<Session::Ticket> Session::submit(Span<const float> input,
                                        uint64_t arrival) {
  if (arrival < lastArrival)
    return Error{"an input arrives in cycle " + std::to_string(arrival) +
                 ", but the one before in cycle " +
                 std::to_string(lastArrival) + "; submit them in order"};
  Result<Ticket> ticket = keep(input);
  if (!ticket)
    return ticket;
  lastArrival = arrival;
  batcher.submit(*ticket, arrival);
  return ticket;
}

Result<std::optional<Session::Answer>> Session::poll(Ticket ticket) {
  auto it = contexts.find(ticket);
  if (it == contexts.end())
    return Error{"ticket " + std::to_string(ticket) +
                 " is unknown or was answered already"};
  if (!it->second.answer)
    return std::optional<Answer>();
  std::optional<Answer> answer = std::move(it->second.answer);
  assert(answered > 0 && "an answer was not counted");
  contexts.erase(it);
  --answered;
  return answer;
}

Result<bool> Session::step() {
  const std::optional<Batcher::Sweep> sweep = batcher.next();
  if (!sweep)
    return false;
  const size_t count = sweep->inputs.size();
  Result<uint64_t> cycles = meter.addSweep(sweep->round, unsigned(count));
  if (!cycles) {
    batcher.putBack(*sweep);
    return cycles.error();
  }
  std::vector<bool> exits(count);
  for (size_t i = 0; i < count; ++i) {
    assert(contexts.count(sweep->inputs[i]) && "the input is unknown");
    Context &context = contexts[sweep->inputs[i]];
    std::vector<float> logits(program->logitElements());
    const double confidence =
        program->engine().runRound(sweep->round, context.image, memory, logits);
    exits[i] = program->exitsAfter(sweep->round, confidence);
    if (!exits[i])
      continue;
    context.image.clear();
    context.answer = Answer{sweep->round + 1, std::move(logits)};
    ++answered;
  }
  for (const Batcher::Done &done : batcher.finish(*sweep, *cycles, exits))
    meter.addInput(sweep->round + 1, done.latency);
  return true;
}

Status Session::run() {
  while (true) {
    Result<bool> stepped = step();
    if (!stepped)
      return stepped.error();
    if (!*stepped)
      return {};
  }
}

Performance Session::performance() const { return meter.result(batcher); }
