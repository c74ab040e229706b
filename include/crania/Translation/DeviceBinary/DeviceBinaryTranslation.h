// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Between programs of `crania_hw` and device binaries. Neither direction
// decides or loses anything: import(translate(m)) is m, but for spelling: the
// name of the image's blob, terms of an index map that can be merged, and a
// target that describes a preset becomes the preset's name.

#ifndef CRANIA_TRANSLATION_DEVICEBINARY_DEVICEBINARYTRANSLATION_H
#define CRANIA_TRANSLATION_DEVICEBINARY_DEVICEBINARYTRANSLATION_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>

namespace crania {

/// The device binary of the programs of `module`, in their order. What is no
/// program is left out. A program that the machine refuses is an error at the
/// command or program at fault (see verifyForMachine in VerifyProgram.h).
mlir::FailureOr<std::vector<uint8_t>>
translateToDeviceBinary(mlir::ModuleOp module);

/// The device binary of one program, for host code that carries it.
mlir::FailureOr<std::vector<uint8_t>>
translateToDeviceBinary(hw::ProgramOp program);

/// A module with the programs of `binary`, in their order; null after an error
/// at `loc`. Refuses names that symbols cannot have: empty or repeated ones.
mlir::OwningOpRef<mlir::ModuleOp>
importDeviceBinary(const binary::DeviceBinary &binary, mlir::Location loc);

/// Writes the programs command by command, for people.
void disassemble(const binary::DeviceBinary &binary, llvm::raw_ostream &os);

/// Writes a map of the weight images: each segment with its cluster, layout,
/// address and bytes; each tensor with its bits per weight and their entropy,
/// and the time that decoding takes of what DRAM takes. A layout that is not
/// registered or blocks that do not decode are an error at `loc`.
llvm::LogicalResult dumpImage(const binary::DeviceBinary &binary,
                              mlir::Location loc, llvm::raw_ostream &os);

/// The same as a picture, in SVG.
llvm::LogicalResult plotImage(const binary::DeviceBinary &binary,
                              mlir::Location loc, llvm::raw_ostream &os);

/// Registers --crania-to-binary, --binary-to-crania, --disassemble,
/// --dump-image and --plot-image with mlir-translate's main. A module that is
/// translated may hold host code beside its programs, in the dialects that
/// `hostDialects` registers; it is not looked at.
void registerDeviceBinaryTranslations(
    const std::function<void(mlir::DialectRegistry &)> &hostDialects);

} // namespace crania

#endif // CRANIA_TRANSLATION_DEVICEBINARY_DEVICEBINARYTRANSLATION_H
