// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_SEGMENTDIGESTS_H
#define CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_SEGMENTDIGESTS_H

#include "crania/Dialect/Crania/Transforms/PlanEditor.h"

#include <string>
#include <vector>

namespace crania::ir {

/// A digest of the encoded bytes of a segment and of everything else that must
/// be equal so that one copy serves two segments: element size, encoding,
/// tables and block sizes. Empty if the segment has no known equal.
using SegmentDigest = std::string;

/// Returns the digest of each segment of a plan, by entry and cluster. Encodes
/// only tensors that have a segment with the type, encoding and size of another
/// one; all other digests are empty. Holds the bytes of one tensor at a time.
///
/// A segment that does not encode to the size in the plan has an empty digest,
/// because the lowering reports it. Fails with a diagnostic if the PE array
/// cannot run the consumer of a tensor.
mlir::FailureOr<std::vector<std::vector<SegmentDigest>>>
digestSegments(PlanEditor &plan, const target::TargetModel &target);

} // namespace crania::ir

#endif // CRANIA_LIB_DIALECT_CRANIA_TRANSFORMS_SEGMENTDIGESTS_H
