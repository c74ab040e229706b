// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DRAM_ADDRESSMAP_H
#define CRANIA_DRAM_ADDRESSMAP_H

#include "crania/Dram/Spec.h"

namespace crania::dram {

/// The location of a burst. `bank` counts all banks of the channel, rank by
/// rank, and bank group by bank group.
struct Location {
  uint32_t channel = 0;
  uint32_t bank = 0;
  uint32_t row = 0;
};

/// The pattern in which bursts with ascending addresses visit the banks. In an
/// aligned region of `region` bursts, burst i and burst i + `period` are in the
/// same row of the same bank. There is no such pattern if `region` is 0.
struct StreamShape {
  uint64_t period = 0;
  uint64_t region = 0;
};

/// The address mapping. A block is an address in units of bursts.
class AddressMap {
public:
  static Result<AddressMap> create(const Spec &spec);

  Location locate(uint64_t block) const {
    if (permuted)
      return locatePermuted(block);
    return compose(channel.of(block), rank.of(block), group.of(block),
                   bank.of(block), row.of(block));
  }
  StreamShape streamShape() const;

private:
  /// A contiguous range of the bits of a block.
  struct Bits {
    uint32_t shift = 0, width = 0;
    uint32_t of(uint64_t block) const {
      return uint32_t(block >> shift) & ((1u << width) - 1);
    }
  };

  Location compose(uint32_t channel, uint32_t rank, uint32_t group,
                   uint32_t bank, uint32_t row) const {
    return {channel, (rank << rankShift) + (group << groupShift) + bank, row};
  }
  Location locatePermuted(uint64_t block) const;
  Bits *fieldNamed(std::string_view name);
  Status placeFields(const std::string &mapping);
  void placeMop();

  Bits channel, rank, group, bank, row;
  Bits column;    // in bursts
  Bits columnLow; // MOP's lowest bits; `column` has the rest
  uint32_t rankShift = 0, groupShift = 0;
  bool permuted = false;
};

} // namespace crania::dram

#endif // CRANIA_DRAM_ADDRESSMAP_H
