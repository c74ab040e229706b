// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SpecFields.h"

namespace crania::dram {

namespace {

/// Limits far beyond any DRAM of today.
constexpr double mostClocks = 1 << 16;
constexpr double mostMilliamperes = 1e4;

void addSupply(std::vector<Field> &fields, const char *section,
               Spec::Supply &supply) {
  fields.push_back({section, "volts", &supply.volts, 0, 10});
  fields.push_back({section, "IDD0", &supply.idd0, 0, mostMilliamperes});
  fields.push_back({section, "IDD2N", &supply.idd2n, 0, mostMilliamperes});
  fields.push_back({section, "IDD3N", &supply.idd3n, 0, mostMilliamperes});
  fields.push_back({section, "IDD4R", &supply.idd4r, 0, mostMilliamperes});
  fields.push_back({section, "IDD4W", &supply.idd4w, 0, mostMilliamperes});
  fields.push_back({section, "IDD5", &supply.idd5, 0, mostMilliamperes});
}

void addOrganization(std::vector<Field> &fields, Spec::Organization &o) {
  const char *section = "organization";
  fields.push_back({section, "channels", &o.channels, 1, 64});
  fields.push_back({section, "ranks", &o.ranks, 1, 8});
  fields.push_back({section, "bank_groups", &o.bankGroups, 1, 8});
  fields.push_back({section, "banks_per_group", &o.banksPerGroup, 1, 32});
  fields.push_back({section, "rows", &o.rows, 1, 1 << 24});
  fields.push_back({section, "columns", &o.columns, 1, 1 << 16});
  fields.push_back({section, "device_bits", &o.deviceBits, 1, 1024});
  fields.push_back({section, "bus_bits", &o.busBits, 8, 1024});
  fields.push_back({section, "burst_length", &o.burstLength, 2, 64});
}

void addTiming(std::vector<Field> &fields, Spec::Timing &t) {
  const char *section = "timing";
  auto clocks = [&](const char *key, uint32_t &value) {
    fields.push_back({section, key, &value, 1, mostClocks});
  };
  fields.push_back({section, "clock_ps", &t.clockPs, 1, 1e6});
  clocks("command_slot", t.commandSlot);
  clocks("tCL", t.tCL);
  clocks("tCWL", t.tCWL);
  clocks("tRCD", t.tRCD);
  clocks("tRP", t.tRP);
  clocks("tRAS", t.tRAS);
  clocks("tRRD_S", t.tRRDS);
  clocks("tRRD_L", t.tRRDL);
  clocks("tFAW", t.tFAW);
  clocks("tCCD_S", t.tCCDS);
  clocks("tCCD_L", t.tCCDL);
  clocks("tRTP", t.tRTP);
  clocks("tWR", t.tWR);
  clocks("tWTR_S", t.tWTRS);
  clocks("tWTR_L", t.tWTRL);
  fields.push_back({section, "tRTRS", &t.tRTRS, 0, mostClocks});
  clocks("tRFC", t.tRFC);
  clocks("tREFI", t.tREFI);
}

void addController(std::vector<Field> &fields, Spec::Controller &c) {
  const char *section = "controller";
  fields.push_back({section, "address_mapping", &c.addressMapping});
  fields.push_back({section, "scheduling", &c.scheduling});
  fields.push_back({section, "command_priority", &c.commandPriority});
  fields.push_back({section, "page_policy", &c.pagePolicy});
  fields.push_back({section, "refresh_policy", &c.refreshPolicy});
  fields.push_back({section, "transaction_queue", &c.transactionQueue, 1, 256});
  fields.push_back({section, "command_queue", &c.commandQueue, 1, 64});
  fields.push_back({section, "row_hit_limit", &c.rowHitLimit, 1, 1e6});
  fields.push_back({section, "write_high", &c.writeHigh, 1, 256});
  fields.push_back({section, "write_low", &c.writeLow, 0, 256});
}

} // namespace

std::vector<Field> fieldsOf(Spec &spec) {
  std::vector<Field> fields;
  addOrganization(fields, spec.organization);
  addTiming(fields, spec.timing);
  addSupply(fields, "vdd", spec.vdd);
  addSupply(fields, "vpp", spec.vpp);
  fields.push_back({"energy", "model", &spec.energy.model});
  fields.push_back(
      {"energy", "picojoules_per_bit", &spec.energy.picojoulesPerBit, 0, 1000});
  addController(fields, spec.controller);
  return fields;
}

std::vector<std::string> namesOf(Scheduling) { return {"fr_fcfs", "in_order"}; }

std::vector<std::string> namesOf(CommandPriority) {
  return {"in_turn", "oldest_first"};
}

std::vector<std::string> namesOf(PagePolicy) { return {"open", "closed"}; }

std::vector<std::string> namesOf(RefreshPolicy) {
  return {"staggered", "simultaneous"};
}

std::vector<std::string> namesOf(EnergyModel) { return {"currents", "flat"}; }

} // namespace crania::dram
