// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_INITALLTRANSLATIONS_H
#define CRANIA_INITALLTRANSLATIONS_H

#include "crania/Import/ONNX/Import.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"

namespace crania {

/// Registers CRANIA's translations with mlir::mlirTranslateMain. A module that
/// is translated may hold host code in the dialects that `hostDialects`
/// registers.
inline void registerAllTranslations(
    const std::function<void(mlir::DialectRegistry &)> &hostDialects) {
  registerOnnxImportTranslation();
  registerDeviceBinaryTranslations(hostDialects);
}

} // namespace crania

#endif // CRANIA_INITALLTRANSLATIONS_H
