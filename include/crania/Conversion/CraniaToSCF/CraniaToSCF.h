// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_CONVERSION_CRANIATOSCF_CRANIATOSCF_H
#define CRANIA_CONVERSION_CRANIATOSCF_CRANIATOSCF_H

namespace mlir {
class RewritePatternSet;
class SymbolTableCollection;
} // namespace mlir

namespace crania {

/// Adds patterns that lower `crania.iterate`, `crania.materialize` and
/// `crania.per_round` to upstream dialects. `symbols` must outlive the
/// patterns. `crania.get` and `crania.weights` stay behind, unused.
void populateCraniaToSCFPatterns(mlir::RewritePatternSet &patterns,
                                 mlir::SymbolTableCollection &symbols);

} // namespace crania

#endif // CRANIA_CONVERSION_CRANIATOSCF_CRANIATOSCF_H
