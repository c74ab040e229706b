// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWINTERFACES_TD
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWINTERFACES_TD

include "mlir/IR/Interfaces.td"

def CraniaHW_CommandOpInterface : OpInterface<"CommandOpInterface"> {
  let cppNamespace = "::crania::hw";
  let description = [{
    A command of the machine. A command starts when the commands of its tokens have
    finished and the unit that it needs is free. Each unit takes its commands in
    order.
  }];
  let methods = [
    InterfaceMethod<"Returns the token of the command's end.",
      "::mlir::TypedValue<::crania::hw::TokenType>", "getToken">,
    InterfaceMethod<"Returns the tokens of the commands that must have finished before.",
      "::mlir::OperandRange", "getAfter">,
    InterfaceMethod<"Returns the name of the layer that the command belongs to, for reports.",
      "::llvm::StringRef", "getLabel">,
    InterfaceMethod<[{
        Returns the operands in buffers: the inputs, then the output. The elements of an
        operand may be more than the command touches: all within the extents of an
        access, and all channels of a contraction's output.
      }],
      "::llvm::SmallVector<::crania::hw::OperandAccess>", "getAccesses">,
  ];
}

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWINTERFACES_TD
