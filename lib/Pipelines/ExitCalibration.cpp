// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ExitCalibration.h"

#include "crania/Runtime/Evaluation.h"
#include "crania/Runtime/Performance.h"
#include "crania/Simulator/Accounting/Energy.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

using namespace mlir;
using namespace crania;
using Round = solvers::ThresholdProblem::Round;

/// Returns the change of an answer against that of the last round: 1 if only
/// the last round is right, -1 if only this answer is. Without a label, each
/// other answer counts as wrong.
static int8_t lossOf(uint32_t answer, uint32_t last, const uint32_t *label) {
  if (!label)
    return answer != last;
  return int8_t(int(last == *label) - int(answer == *label));
}

/// Returns the energy of each round of an input in pJ, on a machine whose
/// weight store holds what an input before it left there.
static Result<std::vector<double>>
energyOfRounds(const runtime::Executable &executable) {
  runtime::PerformanceMeter meter(executable);
  std::vector<double> first, both;
  for (std::vector<double> *energies : {&first, &both}) {
    if (Status status = meter.addWholeInput(executable.rounds()); !status)
      return status.error();
    const simulator::ProgramView &program = executable.program();
    for (const simulator::Counts &counts : meter.result().byRound)
      energies->push_back(energyOf(counts, program.target(),
                                   program.widestPrecision(),
                                   program.decoderUm2())
                              .total());
  }
  for (size_t r = 0; r < both.size(); ++r)
    both[r] = std::max(0.0, both[r] - first[r]);
  return both;
}

/// Runs all rounds of the images.
FailureOr<std::vector<Round>>
ExitCalibration::roundsOf(hw::ProgramOp program,
                          const runtime::Executable &executable) const {
  // A file belongs to no layer.
  auto refuse = [&] {
    return emitError(UnknownLoc::get(program.getContext()));
  };
  const binary::Program &binary = executable.program().program();
  auto array = npy::read(options.images);
  if (!array)
    return refuse() << array.error().message;
  auto images = runtime::ImageSet::create(
      std::move(*array), runtime::NetworkInput(*binary.input()),
      options.preprocessing, options.limit);
  if (!images)
    return refuse() << options.images << ": " << images.error().message;
  if (images->used() == 0)
    return refuse() << options.images << " holds no image";
  std::vector<uint32_t> labels;
  if (!options.labels.empty()) {
    auto read = runtime::readLabels(options.labels, images->size(),
                                    executable.logitElements());
    if (!read)
      return refuse() << read.error().message;
    labels = std::move(*read);
  }

  runtime::EvaluationOptions evaluation;
  evaluation.threads = std::max(1u, std::thread::hardware_concurrency());
  evaluation.keepsRounds = true;
  const runtime::Evaluation answers = runtime::evaluate(
      executable, images->used(),
      [&](size_t index, Span<float> input) { images->load(index, input); },
      evaluation);

  // Less entropy is more confidence.
  const double sign =
      program.getExit().getConfidence() == ir::Confidence::Entropy ? -1 : 1;
  std::vector<Round> rounds;
  for (const runtime::RoundAnswers &answer : answers.rounds) {
    Round &round = rounds.emplace_back();
    for (size_t i = 0; i < images->used(); ++i) {
      round.confidence.push_back(sign * answer.confidence[i]);
      round.loss.push_back(lossOf(answer.prediction[i],
                                  answers.fullPrediction[i],
                                  labels.empty() ? nullptr : &labels[i]));
    }
  }
  return rounds;
}

FailureOr<std::shared_ptr<const runtime::Executable>>
ExitCalibration::load(hw::ProgramOp program) const {
  FailureOr<std::vector<uint8_t>> bytes = translateToDeviceBinary(program);
  if (failed(bytes))
    return failure();
  auto binary = binary::DeviceBinary::parse(std::move(*bytes));
  auto executable =
      binary
          ? runtime::Executable::load(*binary, 0)
          : Result<std::shared_ptr<const runtime::Executable>>(binary.error());
  if (!executable)
    return program.emitOpError()
           << "cannot run: " << executable.error().message;
  return *executable;
}

FailureOr<const std::vector<Round> *>
ExitCalibration::answersOf(hw::ProgramOp program,
                           const runtime::Executable &executable,
                           const std::string &answersKey) {
  auto known = answers.find(answersKey);
  if (known == answers.end()) {
    FailureOr<std::vector<Round>> rounds = roundsOf(program, executable);
    if (failed(rounds))
      return failure();
    known = answers.emplace(answersKey, std::move(*rounds)).first;
  }
  return &known->second;
}

FailureOr<double>
ExitCalibration::lossOfFirstRound(hw::ProgramOp program,
                                  const std::string &answersKey) {
  auto executable = load(program);
  if (failed(executable))
    return failure();
  auto rounds = answersOf(program, **executable, answersKey);
  if (failed(rounds))
    return failure();
  const std::vector<int8_t> &loss = (*rounds)->front().loss;
  return std::accumulate(loss.begin(), loss.end(), 0.0) / double(loss.size());
}

FailureOr<ExitCalibration::Chosen>
ExitCalibration::setThresholds(hw::ProgramOp program,
                               const std::string &answersKey) {
  auto executable = load(program);
  if (failed(executable))
    return failure();
  auto rounds = answersOf(program, **executable, answersKey);
  if (failed(rounds))
    return failure();
  solvers::ThresholdProblem problem;
  problem.rounds = **rounds;
  problem.maxLoss = options.maxLossPoints / 100;
  Result<std::vector<double>> costs = energyOfRounds(**executable);
  if (!costs)
    return program.emitOpError() << "cannot run: " << costs.error().message;
  assert(costs->size() == problem.rounds.size() && "programs of other rounds");
  for (auto [round, cost] : llvm::zip_equal(problem.rounds, *costs))
    round.cost = cost;
  const ir::Confidence confidence = program.getExit().getConfidence();
  const bool isEntropy = confidence == ir::Confidence::Entropy;
  if (isEntropy) {
    problem.lowest = -std::log(double((*executable)->logitElements()));
    problem.never = 0;
  }
  if (Status status = problem.check(); !status)
    return program.emitOpError() << status.error().message;

  solvers::ThresholdChoice choice = solvers::chooseThresholds(problem);
  if (isEntropy)
    for (double &threshold : choice.thresholds)
      threshold = std::abs(threshold);
  MLIRContext *context = program.getContext();
  program.setExitAttr(ir::ExitAttr::get(
      context, confidence, DenseF64ArrayAttr::get(context, choice.thresholds)));
  return Chosen{std::move(choice), problem.inputs()};
}
