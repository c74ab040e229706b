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
  frFcfs, // in each bank, row hits before older misses
  inOrder // in each bank and in each requester's queue, the oldest first
};

/// Of commands of different banks that can go in the same clock.
enum class CommandPriority {
  inTurn,     // for the bank whose turn it is
  oldestFirst // for the burst that waits longest
};

enum class PagePolicy {
  open,  // a row stays open until another one is needed
  closed // a row closes with the last access that waits for it
};

enum class RefreshPolicy {
  staggered,   // the ranks refresh in turn, a rank's share of tREFI apart
  simultaneous // all ranks at once
};

enum class EnergyModel {
  currents, // by commands and background, from the currents of the data sheet
  flat      // so many pJ for each bit transferred, and nothing else
};

/// A DRAM and its controller. The numbers of the presets are files in
/// share/crania/dram, each with its source.
struct Spec {
  std::string name;

  struct Organization {
    uint32_t channels = 0;
    uint32_t ranks = 0; // of a channel
    uint32_t bankGroups = 0;
    uint32_t banksPerGroup = 0;
    uint32_t rows = 0;        // of a bank
    uint32_t columns = 0;     // of a row, each as wide as the device
    uint32_t deviceBits = 0;  // data pins of a chip
    uint32_t busBits = 0;     // data pins of a channel
    uint32_t burstLength = 0; // beats of a column access
  } organization;

  /// In clocks unless said; the names are those of the JEDEC standards, a last
  /// S is between bank groups, L within one; without bank groups they are
  /// equal.
  struct Timing {
    double clockPs = 0;       // period of the command clock
    uint32_t commandSlot = 0; // that a command occupies the command bus
    uint32_t tCL = 0, tCWL = 0;
    uint32_t tRCD = 0, tRP = 0, tRAS = 0;
    uint32_t tRRDS = 0, tRRDL = 0, tFAW = 0;
    uint32_t tCCDS = 0, tCCDL = 0;
    uint32_t tRTP = 0, tWR = 0, tWTRS = 0, tWTRL = 0;
    uint32_t tRTRS = 0; // data bus idle when its driver changes
    uint32_t tRFC = 0, tREFI = 0;
  } timing;

  /// Currents of one chip from one supply, in mA. A supply of 0 V is not there.
  struct Supply {
    double volts = 0;
    double idd0 = 0;  // activate and precharge one bank, each tRC
    double idd2n = 0; // standby, all banks precharged
    double idd3n = 0; // standby, a bank active
    double idd4r = 0; // reading without pause
    double idd4w = 0; // writing without pause
    double idd5 = 0;  // refreshing, during tRFC
  };
  Supply vdd; // VDD; VDD2 of LPDDR
  Supply vpp; // VPP of DDR4; VDD1 of LPDDR

  struct Energy {
    EnergyModel model = EnergyModel::currents;
    double picojoulesPerBit = 0; // of the flat model
  } energy;

  struct Controller {
    /// The address from its highest to its lowest bits, two letters a field:
    /// ro row, ch channel, ra rank, ba bank, bg bank group, co column; or
    /// "MOP4CLXOR", Ramulator 2's mapping of that name.
    std::string addressMapping;
    Scheduling scheduling = Scheduling::frFcfs;
    CommandPriority commandPriority = CommandPriority::inTurn;
    PagePolicy pagePolicy = PagePolicy::open;
    RefreshPolicy refreshPolicy = RefreshPolicy::staggered;
    uint32_t transactionQueue = 0; // bursts, of a channel; as many writes again
    uint32_t commandQueue = 0;     // bursts, of a bank
    /// Row hits that may overtake an older miss of the bank, per activation.
    uint32_t rowHitLimit = 0;
    /// Waiting writes that make the controller write, and at which it returns
    /// to reading.
    uint32_t writeHigh = 0, writeLow = 0;
  } controller;

  uint32_t banksPerRank() const {
    return organization.bankGroups * organization.banksPerGroup;
  }
  uint32_t devicesPerRank() const {
    return organization.busBits / organization.deviceBits;
  }
  /// Bytes of a burst: the unit of transfer and of alignment.
  uint32_t burstBytes() const {
    return organization.busBits / 8 * organization.burstLength;
  }
  /// Clocks of a burst on the data bus: two beats a clock.
  uint32_t burstCycles() const { return organization.burstLength / 2; }
  /// Bytes of all channels.
  uint64_t capacity() const;
  /// Of all channels, 10^9 bytes per second.
  double peakGigabytesPerSecond() const;
  double picoseconds(Cycle cycles) const { return cycles * timing.clockPs; }

  /// What makes the machine impossible, with the remedy; success if nothing.
  Status check() const;

  /// The file format; parseSpec(toJson()) gives the same machine.
  std::string toJson() const;
};

/// Reads a DRAM file's text: a JSON object of the sections and keys that
/// `toJson` writes. A value is a number or a word, or an object of it and its
/// `source`. Keys left out keep the value of `base` (a preset's name); without
/// a base, all must be there. Unknown or repeated keys, values of a wrong type
/// or out of range, and machines that `check` refuses are errors.
Result<Spec> parseSpec(std::string_view json);

/// A named preset, or an error that lists the names.
Result<Spec> findPreset(std::string_view name);
std::vector<std::string> presetNames();
/// The file of a preset as it is in share/crania/dram, sources included.
Result<std::string_view> presetFile(std::string_view name);

/// A preset's name or the path of a DRAM file.
Result<Spec> loadSpec(const std::string &nameOrPath);

} // namespace crania::dram

#endif // CRANIA_DRAM_SPEC_H
