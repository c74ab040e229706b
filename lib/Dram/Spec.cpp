// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Checks of the parameters of a DRAM.

#include "SpecFields.h"
#include "crania/Dram/AddressMap.h"

#include <cassert>

namespace crania::dram {

namespace {

/// The largest number of banks of a channel. The scheduler keeps a bit for
/// each.
constexpr uint32_t mostBanks = 64;

bool isPowerOfTwo(uint32_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

Status checkPowersOfTwo(Spec &spec) {
  for (const Field &field : fieldsOf(spec)) {
    if (std::string_view(field.section) != "organization")
      continue;
    uint32_t value = *std::get<uint32_t *>(field.value);
    if (!isPowerOfTwo(value))
      return Error{field.path() + " is " + std::to_string(value) +
                   ", but must be a power of two"};
  }
  return {};
}

Error greater(const char *key, uint32_t value, const char *than,
              uint32_t limit) {
  return {std::string(key) + " (" + std::to_string(value) +
          ") must not be greater than " + than + " (" + std::to_string(limit) +
          ")"};
}

Status checkOrganization(const Spec &spec) {
  const Spec::Organization &o = spec.organization;
  if (o.deviceBits > o.busBits)
    return greater("organization.device_bits", o.deviceBits,
                   "organization.bus_bits", o.busBits);
  if (o.burstLength > o.columns)
    return greater("organization.burst_length", o.burstLength,
                   "organization.columns", o.columns);
  const uint32_t banks = o.ranks * spec.banksPerRank();
  if (banks > mostBanks)
    return Error{"a channel has " + std::to_string(banks) +
                 " banks, but the model keeps at most " +
                 std::to_string(mostBanks) +
                 "; lower organization.ranks, bank_groups or banks_per_group"};
  return {};
}

Status checkTiming(const Spec::Timing &t) {
  if (t.tRRDS > t.tRRDL)
    return greater("timing.tRRD_S", t.tRRDS, "timing.tRRD_L", t.tRRDL);
  if (t.tCCDS > t.tCCDL)
    return greater("timing.tCCD_S", t.tCCDS, "timing.tCCD_L", t.tCCDL);
  if (t.tWTRS > t.tWTRL)
    return greater("timing.tWTR_S", t.tWTRS, "timing.tWTR_L", t.tWTRL);
  // Refreshing must leave enough time to open a row and to close it again.
  const uint64_t busy = t.tRFC + 2 * (uint64_t(t.tRAS) + t.tRP);
  if (busy >= t.tREFI)
    return Error{"timing.tREFI (" + std::to_string(t.tREFI) +
                 ") must be greater than tRFC + 2 (tRAS + tRP), which is " +
                 std::to_string(busy) +
                 ", or refreshing leaves no time for anything else"};
  return {};
}

Status checkSupply(const char *section, const Spec::Supply &s) {
  auto below = [&](const char *key, double value, double standby) -> Status {
    if (value >= standby)
      return {};
    return Error{std::string(section) + "." + key + " (" + formatNumber(value) +
                 ") must be at least IDD3N (" + formatNumber(standby) +
                 "), which it includes"};
  };
  if (Status status = below("IDD4R", s.idd4r, s.idd3n); !status)
    return status;
  if (Status status = below("IDD4W", s.idd4w, s.idd3n); !status)
    return status;
  return below("IDD5", s.idd5, s.idd3n);
}

/// Checks the current of an activation, which is what IDD0 adds to standby.
Status checkActivation(const char *section, const Spec::Supply &s,
                       const Spec::Timing &t) {
  const double standby = s.idd3n * t.tRAS + s.idd2n * t.tRP;
  const double all = s.idd0 * (t.tRAS + t.tRP);
  if (all >= standby)
    return {};
  return Error{std::string(section) + ".IDD0 (" + formatNumber(s.idd0) +
               ") must be at least the mean standby current over tRAS and "
               "tRP, which is " +
               formatNumber(standby / (t.tRAS + t.tRP))};
}

Status checkEnergy(const Spec &spec) {
  if (spec.energy.model == EnergyModel::flat)
    return {};
  if (spec.vdd.volts == 0)
    return Error{"vdd.volts is 0, but energy.model is currents; give a "
                 "voltage or choose flat"};
  for (auto [section, supply] :
       {std::pair("vdd", &spec.vdd), std::pair("vpp", &spec.vpp)}) {
    if (Status status = checkSupply(section, *supply); !status)
      return status;
    if (Status status = checkActivation(section, *supply, spec.timing); !status)
      return status;
  }
  return {};
}

Status checkController(const Spec::Controller &c) {
  if (c.writeHigh > c.transactionQueue)
    return greater("controller.write_high", c.writeHigh,
                   "controller.transaction_queue", c.transactionQueue);
  if (c.writeLow >= c.writeHigh)
    return Error{"controller.write_low (" + std::to_string(c.writeLow) +
                 ") must be less than controller.write_high (" +
                 std::to_string(c.writeHigh) + ")"};
  return {};
}

Status checkAll(Spec &spec) {
  for (const Field &field : fieldsOf(spec))
    if (Status status = checkRange(field); !status)
      return status;
  if (Status status = checkPowersOfTwo(spec); !status)
    return status;
  if (Status status = checkOrganization(spec); !status)
    return status;
  if (Status status = checkTiming(spec.timing); !status)
    return status;
  if (Status status = checkEnergy(spec); !status)
    return status;
  if (Status status = checkController(spec.controller); !status)
    return status;
  if (Result<AddressMap> map = AddressMap::create(spec); !map)
    return map.error();
  return {};
}

} // namespace

uint64_t Spec::capacity() const {
  const Organization &o = organization;
  return uint64_t(o.channels) * o.ranks * banksPerRank() * o.rows * o.columns *
         (o.busBits / 8);
}

double Spec::peakGigabytesPerSecond() const {
  assert(timing.clockPs > 0 && burstCycles() > 0 && "a DRAM without a clock");
  constexpr double gigabytesPerByteAndPicosecond = 1000;
  return organization.channels * double(burstBytes()) / burstCycles() /
         timing.clockPs * gigabytesPerByteAndPicosecond;
}

Status Spec::check() const {
  if (Status status = checkFieldFileName(name); !status)
    return Error{"DRAM: " + status.error().message};
  Spec copy = *this;
  if (Status status = checkAll(copy); !status)
    return Error{"DRAM \"" + name + "\": " + status.error().message};
  return {};
}

} // namespace crania::dram
