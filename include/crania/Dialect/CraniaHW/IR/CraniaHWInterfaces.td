// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWINTERFACES_TD
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWINTERFACES_TD

include "mlir/IR/Interfaces.td"

def CraniaHW_CommandOpInterface : OpInterface<"CommandOpInterface"> {
  let cppNamespace = "::crania::hw";
  let description = [{
    A command of the machine. Commands start in order as soon as the tokens that
    they take and the parts of the machine that they need are there.
  }];
  let methods = [
    InterfaceMethod<"The token of the command's end.",
      "::mlir::TypedValue<::crania::hw::TokenType>", "getToken">,
    InterfaceMethod<"Tokens of the commands that must have finished before.",
      "::mlir::OperandRange", "getAfter">,
    InterfaceMethod<"The layer it belongs to, for reports.",
      "::llvm::StringRef", "getLabel">,
  ];
}

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWINTERFACES_TD
