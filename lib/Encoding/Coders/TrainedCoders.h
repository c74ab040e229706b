// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_ENCODING_CODERS_TRAINEDCODERS_H
#define CRANIA_LIB_ENCODING_CODERS_TRAINEDCODERS_H

#include "Coders/PositionCoder.h"
#include "Coders/ValueCoder.h"

#include <map>
#include <tuple>

namespace crania::encoding {

/// The coders that were made so far from the statistics of a segment.
class TrainedCoders {
public:
  const Result<TrainedPositions> &positions(PositionCoding coding,
                                            const PositionSample &sample) {
    auto [it, isNew] =
        ofPositions.try_emplace(keyOf(coding, sample.limits), Error{});
    if (isNew)
      it->second = trainPositionCoder(coding, sample);
    return it->second;
  }

  const Result<TrainedValues> &values(ValueCoding coding,
                                      const ValueSample &sample) {
    auto [it, isNew] =
        ofValues.try_emplace(keyOf(coding, sample.limits), Error{});
    if (isNew)
      it->second = trainValueCoder(coding, sample);
    return it->second;
  }

private:
  template <typename Coding>
  using Key = std::tuple<Coding, unsigned, uint64_t, unsigned, unsigned>;
  template <typename Coding>
  static Key<Coding> keyOf(Coding coding, const SymbolCoderLimits &limits) {
    return {coding, limits.tableLog, limits.laneCount, limits.mostTables,
            limits.mostExtraBits};
  }

  std::map<Key<PositionCoding>, Result<TrainedPositions>> ofPositions;
  std::map<Key<ValueCoding>, Result<TrainedValues>> ofValues;
};

} // namespace crania::encoding

#endif // CRANIA_LIB_ENCODING_CODERS_TRAINEDCODERS_H
