// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_RUNTIME_EXECUTABLE_H
#define CRANIA_RUNTIME_EXECUTABLE_H

#include "crania/Simulator/Execution/FunctionalEngine.h"
#include "crania/Simulator/Timing/WeightWork.h"

#include <memory>

namespace crania::runtime {

/// One program of a device binary, decoded and ready to run. It is immutable,
/// so that threads and sessions can share it.
class Executable {
public:
  static Result<std::shared_ptr<const Executable>>
  load(const binary::DeviceBinary &bundle, size_t program,
       simulator::SumOrder order = simulator::SumOrder::fastest);

  const simulator::ProgramView &program() const { return view; }
  const simulator::WeightDecoder &weights() const { return decoder; }
  const simulator::WeightWork &work() const { return weightWork; }
  const simulator::FunctionalEngine &engine() const { return functional; }

  unsigned rounds() const { return view.rounds(); }
  uint64_t inputElements() const { return functional.inputElements(); }
  uint64_t logitElements() const { return functional.logitElements(); }

  /// Returns true if an input exits after this round (from 0), given the
  /// confidence of its logits: it passes the threshold of the round, or the
  /// round is the last.
  bool exitsAfter(unsigned round, double confidence) const;

private:
  Executable(simulator::ProgramView view, simulator::WeightDecoder decoder,
             simulator::SumOrder order);

  simulator::ProgramView view;
  simulator::WeightDecoder decoder;
  simulator::WeightWork weightWork;
  simulator::FunctionalEngine functional;
};

/// Returns the index of the default program of a bundle: the one named
/// "crania", or else the last.
size_t defaultProgram(const binary::DeviceBinary &bundle);

} // namespace crania::runtime

#endif // CRANIA_RUNTIME_EXECUTABLE_H
