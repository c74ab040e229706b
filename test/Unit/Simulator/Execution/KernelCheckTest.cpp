// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Execution/Host/KernelCheck.h"
#include "Execution/Host/KernelContraction.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace crania::simulator;

namespace {

/// Faults that a library could have.
enum class Fault : uint8_t {
  none,
  wrongLastElement,
  wrongIfStrideExceedsKernel,
  writesBehindOutput,
  writesBehindScratch,
  readsScratch,
  hasOnlyLargeShapes,
};

/// The own kernels under another name, with a fault.
class Faulty final : public HostContraction {
public:
  Faulty(std::shared_ptr<const HostContraction> right,
         const ContractionShape &shape, Fault fault)
      : right(std::move(right)), shape(shape), fault(fault) {}

  void run(const void *input, void *output, void *scratch,
           const ChannelBias *bias) const override {
    const bool dependsOnScratch =
        fault == Fault::readsScratch && *static_cast<uint8_t *>(scratch) != 0;
    right->run(input, output, scratch, bias);
    const HostPlane &plane = shape.outputPlane;
    const size_t elements = size_t(plane.channels) * plane.height * plane.width;
    auto *sums = static_cast<int32_t *>(output);
    if (fault == Fault::wrongLastElement || dependsOnScratch ||
        (fault == Fault::wrongIfStrideExceedsKernel &&
         shape.strideH > shape.kernelH))
      sums[elements - 1] ^= 1 << 23; // an f32 changes, too
    if (fault == Fault::writesBehindOutput)
      sums[elements] = 0;
    if (fault == Fault::writesBehindScratch)
      static_cast<uint8_t *>(scratch)[scratchBytes()] = 0;
  }
  size_t scratchBytes() const override { return right->scratchBytes(); }
  const char *implementation() const override { return "faulty"; }

private:
  std::shared_ptr<const HostContraction> right;
  ContractionShape shape;
  Fault fault;
};

class FaultySource final : public ContractionSource {
public:
  explicit FaultySource(Fault fault) : fault(fault) {}

  std::shared_ptr<const HostContraction> plan(const ContractionShape &shape,
                                              const void *matrix) override {
    if (fault == Fault::hasOnlyLargeShapes && shape.outputPlane.height < 20)
      return nullptr;
    return std::make_shared<Faulty>(kernels.plan(shape, matrix), shape, fault);
  }

private:
  KernelPlanner kernels = KernelPlanner(HostIsa::portable);
  Fault fault;
};

ContractionShape convolution(HostElement weights, HostElement input,
                             uint32_t kernel, uint32_t stride) {
  constexpr uint32_t channels = 70, outputs = 99, extent = 20;
  ContractionShape shape;
  shape.weights = weights;
  shape.input = input;
  shape.channels = channels;
  shape.outputs = shape.outputEnd = outputs;
  shape.kernelH = shape.kernelW = kernel;
  shape.strideH = shape.strideW = stride;
  const uint32_t in = (extent - 1) * stride + kernel;
  shape.inputPlane = {channels, in, in, int64_t(in) * in, in, 1};
  shape.outputPlane = {outputs, extent, extent, extent * extent, extent, 1};
  return shape;
}

/// Plans with a faulty library.
class Host {
public:
  explicit Host(Fault fault)
      : planner(
            HostIsa::portable,
            [this, fault] {
              ++sources;
              return std::make_unique<FaultySource>(fault);
            },
            check) {}

  bool takes(const ContractionShape &shape) {
    const size_t rows = size_t(shape.groups) * shape.outputs;
    const std::vector<float> matrix(rows * shape.depth());
    return !std::strcmp(planner.plan(shape, matrix.data())->implementation(),
                        "faulty");
  }

  KernelCheck check;
  int sources = 0;
  ContractionPlanner planner;
};

constexpr std::pair<HostElement, HostElement> elementTypes[] = {
    {HostElement::f32, HostElement::f32},
    {HostElement::i8, HostElement::i8},
    {HostElement::i8, HostElement::u8},
};

} // namespace

TEST(KernelCheck, TakesALibraryThatIsRight) {
  for (auto [weights, input] : elementTypes)
    for (uint32_t kernel : {1, 2, 3})
      for (uint32_t stride : {1, 3}) {
        Host host(Fault::none);
        EXPECT_TRUE(host.takes(convolution(weights, input, kernel, stride)));
        EXPECT_EQ(host.check.warning(), "");
      }
}

TEST(KernelCheck, RejectsWrongAnswersAndStrayWrites) {
  for (auto [weights, input] : elementTypes)
    for (Fault fault : {Fault::wrongLastElement, Fault::writesBehindOutput,
                        Fault::writesBehindScratch, Fault::readsScratch}) {
      Host host(fault);
      EXPECT_FALSE(host.takes(convolution(weights, input, 3, 1)))
          << int(weights) << " " << int(fault);
      EXPECT_NE(host.check.warning().find("faulty computes convolutions in "),
                std::string::npos)
          << host.check.warning();
    }
}

TEST(KernelCheck, RejectsTheKindOfShapeThatIsWrongOnly) {
  Host host(Fault::wrongIfStrideExceedsKernel);
  EXPECT_TRUE(host.takes(convolution(HostElement::i8, HostElement::u8, 3, 2)));
  EXPECT_EQ(host.check.warning(), "");
  EXPECT_FALSE(host.takes(convolution(HostElement::i8, HostElement::u8, 2, 4)));
  EXPECT_NE(
      host.check.warning().find("in integers (kernel 2x2, stride 4x4) wrongly"),
      std::string::npos)
      << host.check.warning();
}

TEST(KernelCheck, WarnsOnceAndChecksAKindOnce) {
  Host host(Fault::wrongLastElement);
  ContractionShape shape = convolution(HostElement::i8, HostElement::i8, 3, 1);
  EXPECT_FALSE(host.takes(shape));
  const std::string first = host.check.warning();
  const int sources = host.sources;
  shape.outputPlane.height = 7; // the same kind
  EXPECT_FALSE(host.takes(shape));
  EXPECT_EQ(host.sources, sources);
  EXPECT_FALSE(
      host.takes(convolution(HostElement::f32, HostElement::f32, 5, 1)));
  EXPECT_GT(host.sources, sources);
  EXPECT_EQ(host.check.warning(), first);
}

/// It may be right, so that there is nothing to warn of.
TEST(KernelCheck, LeavesWhatItCannotCheckToTheOwnKernels) {
  Host host(Fault::hasOnlyLargeShapes);
  EXPECT_FALSE(
      host.takes(convolution(HostElement::f32, HostElement::f32, 3, 1)));
  EXPECT_EQ(host.check.warning(), "");
}
