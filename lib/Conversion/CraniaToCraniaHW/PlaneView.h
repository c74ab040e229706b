// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PLANEVIEW_H
#define CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PLANEVIEW_H

#include "Access.h"
#include "crania/Analysis/Contraction.h"

namespace crania::lowering {

/// Returns the view as channel x row x column. `plane` gives their dimensions
/// in the row-major tensor. Fails if this is not possible: if the channels are
/// padded, or consist of several dimensions that are not contiguous.
FailureOr<View> viewAsPlane(const View &view, const Contraction::Plane &plane);

} // namespace crania::lowering

#endif // CRANIA_LIB_CONVERSION_CRANIATOCRANIAHW_PLANEVIEW_H
