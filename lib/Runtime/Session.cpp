// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/Session.h"

#include <algorithm>

using namespace crania;
using namespace crania::runtime;

Session::Session(std::shared_ptr<const Executable> executable)
    : program(std::move(executable)), memory(program->engine().allocate()),
      meter(*program), queues(program->rounds()) {}

Result<Session::Ticket> Session::submit(Span<const float> input) {
  if (input.size() != program->inputElements())
    return Error{"the input has " + std::to_string(input.size()) +
                 " elements, but program '" + program->program().name() +
                 "' takes " + std::to_string(program->inputElements())};
  const Ticket ticket = nextTicket++;
  contexts[ticket].image.assign(input.begin(), input.end());
  queues.front().push_back(ticket);
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
  contexts.erase(it);
  --answered;
  return answer;
}

Result<bool> Session::step() {
  auto last = std::find_if(queues.rbegin(), queues.rend(),
                           [](const auto &queue) { return !queue.empty(); });
  if (last == queues.rend())
    return false;
  const unsigned round = unsigned(std::distance(last, queues.rend())) - 1;
  const Ticket ticket = last->front();
  Context &context = contexts[ticket];

  Result<uint64_t> cycles = meter.addRound(round);
  if (!cycles)
    return cycles.error();
  last->pop_front();
  context.cycles += *cycles;
  std::vector<float> logits(program->logitElements());
  const double confidence =
      program->engine().runRound(round, context.image, memory, logits);
  if (!program->exitsAfter(round, confidence)) {
    queues[round + 1].push_back(ticket);
    return true;
  }
  meter.addInput(round + 1, context.cycles);
  context.image.clear();
  context.answer = Answer{round + 1, std::move(logits)};
  ++answered;
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

Performance Session::performance() const { return meter.result(); }
