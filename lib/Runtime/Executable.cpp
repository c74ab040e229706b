// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Runtime/Executable.h"
#include "crania/Simulator/Program/ExitRule.h"

#include <cassert>

using namespace crania;
using namespace crania::runtime;

Executable::Executable(simulator::ProgramView view,
                       simulator::WeightDecoder decoder,
                       simulator::SumOrder order)
    : view(std::move(view)), decoder(std::move(decoder)),
      weightWork(this->view, this->decoder),
      functional(this->view, this->decoder, order) {}

Result<std::shared_ptr<const Executable>>
Executable::load(const binary::DeviceBinary &bundle, size_t program,
                 simulator::SumOrder order) {
  Result<simulator::ProgramView> view =
      simulator::ProgramView::create(bundle, program);
  if (!view)
    return view.error();
  Result<simulator::WeightDecoder> decoder =
      simulator::WeightDecoder::create(*view);
  if (!decoder)
    return decoder.error();
  return std::shared_ptr<const Executable>(
      new Executable(std::move(*view), std::move(*decoder), order));
}

bool Executable::exitsAfter(unsigned round, double confidence) const {
  assert(round < rounds() && "there is no such round");
  const binary::Program &program = view.program();
  if (round + 1 == rounds())
    return true;
  return simulator::passesThreshold(program.exit_rule(), confidence,
                                    program.thresholds()->Get(round));
}

size_t runtime::defaultProgram(const binary::DeviceBinary &bundle) {
  assert(bundle.programCount() > 0 && "a binary has a program");
  for (size_t i = 0; i < bundle.programCount(); ++i)
    if (bundle.program(i).name()->string_view() == "crania")
      return i;
  return bundle.programCount() - 1;
}
