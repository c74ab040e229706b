// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_SPEC_H
#define CRANIA_DRAM_SPEC_H

#include "crania/Support/Result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crania::dram {

/// A point in time or a duration, in clocks of the DRAM's command bus.
using Cycle = uint64_t;

enum class Scheduling {
  frFcfs, // row hits before older misses, within a bank
  inOrder // the oldest first, within a bank and a requester's queue
};

/// The order of commands of different banks that can go in the same clock.
enum class CommandPriority {
  inTurn,     // the banks take turns
  oldestFirst // the burst that waits longest
};

enum class PagePolicy {
  open,  // a row stays open until another one is needed
  closed // a row closes with its last waiting access
};

enum class RefreshPolicy {
  staggered,   // one rank after the other, a share of tREFI apart
  simultaneous // all ranks at once
};

enum class EnergyModel {
  currents, // commands and background, from data sheet currents
  flat      // a constant energy per transferred bit, nothing else
};

/// The parameters of a DRAM and its controller. The presets are files in
/// share/crania/dram, which give the source of each number.
struct Spec {
  std::string name;

  struct Organization {
    uint32_t channels = 0;
    uint32_t ranks = 0; // per channel
    uint32_t bankGroups = 0;
    uint32_t banksPerGroup = 0;
    uint32_t rows = 0;        // per bank
    uint32_t columns = 0;     // per row, each as wide as the device
    uint32_t deviceBits = 0;  // data pins per chip
    uint32_t busBits = 0;     // data pins per channel
    uint32_t burstLength = 0; // beats per column access
  } organization;

  /// Times in clocks, unless noted. The names are those of the JEDEC standards.
  /// A last S means between bank groups, and a last L within one. The two are
  /// equal if there are no bank groups.
  struct Timing {
    double clockPs = 0;       // period of the command clock
    uint32_t commandSlot = 0; // clocks of the command bus per command
    uint32_t tCL = 0, tCWL = 0;
    uint32_t tRCD = 0, tRP = 0, tRAS = 0;
    uint32_t tRRDS = 0, tRRDL = 0, tFAW = 0;
    uint32_t tCCDS = 0, tCCDL = 0;
    uint32_t tRTP = 0, tWR = 0, tWTRS = 0, tWTRL = 0;
    uint32_t tRTRS = 0; // idle clocks of the data bus between drivers
    uint32_t tRFC = 0, tREFI = 0;
  } timing;

  /// The currents of one chip from one supply, in mA. A voltage of 0 V means
  /// that the chip has no such supply.
  struct Supply {
    double volts = 0;
    double idd0 = 0;  // activate and precharge one bank, each tRC
    double idd2n = 0; // standby, all banks precharged
    double idd3n = 0; // standby, a bank active
    double idd4r = 0; // reading without pause
    double idd4w = 0; // writing without pause
    double idd5 = 0;  // refreshing, during tRFC
  };
  Supply vdd; // VDD, or VDD2 of LPDDR
  Supply vpp; // VPP of DDR4, or VDD1 of LPDDR

  struct Energy {
    EnergyModel model = EnergyModel::currents;
    double picojoulesPerBit = 0; // flat model only
  } energy;

  struct Controller {
    /// The address from its highest to its lowest bits, two letters per field:
    /// ro row, ch channel, ra rank, ba bank, bg bank group, co column. Or
    /// "MOP4CLXOR", which is Ramulator 2's mapping of that name.
    std::string addressMapping;
    Scheduling scheduling = Scheduling::frFcfs;
    CommandPriority commandPriority = CommandPriority::inTurn;
    PagePolicy pagePolicy = PagePolicy::open;
    RefreshPolicy refreshPolicy = RefreshPolicy::staggered;
    uint32_t transactionQueue = 0; // bursts per channel, of reads and of writes
    uint32_t commandQueue = 0;     // bursts per bank
    /// The number of row hits per activation that may overtake an older miss of
    /// the bank.
    uint32_t rowHitLimit = 0;
    /// The numbers of waiting writes at which the controller begins to write
    /// and at which it returns to reading.
    uint32_t writeHigh = 0, writeLow = 0;
  } controller;

  uint32_t banksPerRank() const {
    return organization.bankGroups * organization.banksPerGroup;
  }
  uint32_t devicesPerRank() const {
    return organization.busBits / organization.deviceBits;
  }
  /// Returns the bytes of a burst, which is the unit of transfer and of
  /// alignment.
  uint32_t burstBytes() const {
    return organization.busBits / 8 * organization.burstLength;
  }
  /// Returns the clocks of a burst on the data bus, at two beats per clock.
  uint32_t burstCycles() const { return organization.burstLength / 2; }
  /// Returns the bytes of all channels.
  uint64_t capacity() const;
  /// Returns the peak bandwidth of all channels, in 10^9 bytes per second.
  double peakGigabytesPerSecond() const;
  double picoseconds(Cycle cycles) const { return cycles * timing.clockPs; }

  /// Checks that the parameters are possible together. The error gives the
  /// remedy.
  Status check() const;

  /// Returns the text of a DRAM file. parseSpec(toJson()) returns the same
  /// spec.
  std::string toJson() const;
};

/// Parses the text of a DRAM file: a JSON object of the sections and keys that
/// `toJson` writes. A value is a number or a word, or an object of the value
/// and its `source`. Omitted keys keep the value of `base`, the name of a
/// preset. Without a base, no key may be omitted. Fails on unknown or repeated
/// keys, on values of a wrong type or out of range, and on a spec that `check`
/// refuses.
Result<Spec> parseSpec(std::string_view json);

/// Returns a named preset. The error for an unknown name lists all names.
Result<Spec> findPreset(std::string_view name);
std::vector<std::string> presetNames();
/// Returns the text of a preset's file in share/crania/dram, sources included.
/// Fails on an unknown name.
Result<std::string_view> presetFile(std::string_view name);

/// Loads a spec by a preset's name or by the path of a DRAM file.
Result<Spec> loadSpec(const std::string &nameOrPath);

} // namespace crania::dram

#endif // CRANIA_DRAM_SPEC_H
