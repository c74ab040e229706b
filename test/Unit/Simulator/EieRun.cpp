// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "EieRun.h"
#include "MicroProgram.h"

#include "crania/Simulator/Accounting/Energy.h"
#include "crania/Simulator/Timing/Timeline.h"

using namespace crania;
using namespace crania::test;

Result<EieFigures> test::runEie() {
  Result<target::TargetModel> target = target::findPreset("eie");
  if (!target)
    return target.error();
  constexpr uint32_t size = 2048;
  constexpr auto i16 = binary::ElementType::i16;
  MicroProgram program(i16, 1, size, 1, *target);
  const uint32_t sums =
      program.addBuffer("sums", size, binary::ElementType::i64);
  const uint32_t w = program.addWeights(
      {1, size, size}, i16, std::vector<int32_t>(size_t(size) * size, 1),
      binary::Residency::retained);
  const uint32_t fetch = program.addFetch(w, 1);
  binary::ContractT contract = matrixProduct(program, w, 1, 1);
  contract.output->buffer = sums;
  program.add(std::move(contract), {0, fetch});
  auto executable = program.load();
  if (!executable)
    return Error{"EIE's layer makes no program"};
  const auto &view = executable->program();
  auto cold = simulator::simulateRound(view, executable->work(), 0, {});
  if (!cold)
    return cold.error();
  auto warm =
      simulator::simulateRound(view, executable->work(), 0, cold->storeAfter);
  if (!warm)
    return warm.error();
  const simulator::Counts &counts = warm->total;
  const double nanoseconds =
      double(counts.cycles) * 1000 / view.target().clockMHz;
  const simulator::Energy energy = energyOf(
      counts, view.target(), target::Precision::i16, view.decoderUm2());
  double mm2 = 0;
  for (const auto &entry :
       view.target().area(target::Precision::i16, view.decoderUm2()))
    mm2 += entry.mm2;
  return EieFigures{2 * double(counts.macsTotal()) / nanoseconds, mm2,
                    (energy.total() - energy.dram) / nanoseconds / 1000};
}
