// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Pipelines/StepReport.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/Format.h"

#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

using namespace crania;

namespace {

constexpr double bytesPerMB = 1e6;

rusage usageNow() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double cpuSeconds() {
  rusage usage = usageNow();
  auto seconds = [](const timeval &time) {
    return double(time.tv_sec) + 1e-6 * double(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Linux counts the maximum in KiB.
double peakMB() { return double(usageNow().ru_maxrss) * 1024 / bytesPerMB; }

/// Returns the present memory in MB. MLIR's own -mlir-timing does not measure
/// memory, and getrusage only the maximum.
double residentMB() {
  uint64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return double(resident) * double(::sysconf(_SC_PAGESIZE)) / bytesPerMB;
}

class PassSteps final : public mlir::PassInstrumentation {
public:
  explicit PassSteps(StepReport &report) : report(report) {}

  void runAfterPass(mlir::Pass *pass, mlir::Operation *) override {
    // A nested pipeline is a pass without an argument. Its passes are the
    // steps.
    if (!pass->getArgument().empty())
      report.endStep(pass->getArgument());
  }

private:
  StepReport &report;
};

} // namespace

StepReport::StepReport(llvm::raw_ostream &os)
    : os(os), started(cpuSeconds()), previous(started) {
  os << llvm::format("%-28s%10s%14s%10s\n", "step", "seconds", "resident MB",
                     "peak MB");
}

void StepReport::printRow(llvm::StringRef name, double seconds) {
  os << llvm::left_justify(name, 28)
     << llvm::format("%10.3f%14.1f%10.1f\n", seconds, residentMB(), peakMB());
}

void StepReport::endStep(llvm::StringRef name) {
  double now = cpuSeconds();
  printRow(name, now - previous);
  previous = now;
}

void StepReport::watch(mlir::PassManager &manager) {
  manager.addInstrumentation(std::make_unique<PassSteps>(*this));
}

void StepReport::end() { printRow("total", previous - started); }
