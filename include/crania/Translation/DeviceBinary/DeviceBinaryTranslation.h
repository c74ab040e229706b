// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Translations between programs of `crania_hw` and device binaries. Neither
// direction decides or loses anything: import(translate(m)) equals m except for
// spelling. The name of the image's blob may differ, terms of an index map may
// be merged, and a target that describes a preset becomes the name of the
// preset.

#ifndef CRANIA_TRANSLATION_DEVICEBINARY_DEVICEBINARYTRANSLATION_H
#define CRANIA_TRANSLATION_DEVICEBINARY_DEVICEBINARYTRANSLATION_H

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Dialect/CraniaHW/IR/CraniaHWOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>

namespace crania {

/// Returns the device binary of the programs of `module`, in their order. It
/// ignores all other operations. If the machine cannot run a program, it
/// reports an error at the command or program at fault (see verifyForMachine in
/// VerifyProgram.h).
mlir::FailureOr<std::vector<uint8_t>>
translateToDeviceBinary(mlir::ModuleOp module);

/// Returns the device binary of one program, for host code that embeds it.
mlir::FailureOr<std::vector<uint8_t>>
translateToDeviceBinary(hw::ProgramOp program);

/// Returns a module with the programs of `binary`, in their order. Returns null
/// after an error at `loc` if a name is empty or repeated, because symbols
/// cannot have such names.
mlir::OwningOpRef<mlir::ModuleOp>
importDeviceBinary(const binary::DeviceBinary &binary, mlir::Location loc);

/// Writes the programs as text for people, command by command.
void disassemble(const binary::DeviceBinary &binary, llvm::raw_ostream &os);

/// Writes a map of the weight images as text. It lists the cluster, encoding,
/// address and bytes of each segment. For each tensor, it lists the bits per
/// weight, their entropy, and the time of decoding relative to the time of
/// DRAM. Reports an error at `loc` if an encoding is not registered or a block
/// does not decode.
llvm::LogicalResult dumpImage(const binary::DeviceBinary &binary,
                              mlir::Location loc, llvm::raw_ostream &os);

/// Writes this map as a picture in SVG. Reports the same errors.
llvm::LogicalResult plotImage(const binary::DeviceBinary &binary,
                              mlir::Location loc, llvm::raw_ostream &os);

/// Registers --crania-to-binary, --binary-to-crania, --disassemble,
/// --dump-image and --plot-image with the main function of mlir-translate. A
/// module to translate may also hold host code in the dialects that
/// `hostDialects` registers; the translation ignores it.
void registerDeviceBinaryTranslations(
    const std::function<void(mlir::DialectRegistry &)> &hostDialects);

} // namespace crania

#endif // CRANIA_TRANSLATION_DEVICEBINARY_DEVICEBINARYTRANSLATION_H
