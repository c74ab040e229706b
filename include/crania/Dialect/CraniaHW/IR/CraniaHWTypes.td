// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWTYPES_TD
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWTYPES_TD

include "crania/Dialect/CraniaHW/IR/CraniaHWDialect.td"
include "mlir/IR/AttrTypeBase.td"

def CraniaHW_TokenType : TypeDef<CraniaHW_Dialect, "Token">,
    BuildableType<"::crania::hw::TokenType::get($_builder.getContext())"> {
  let mnemonic = "token";
  let summary = "The end of a command";
  let description = [{
    A command that takes a token starts after the command that produced the token
    has finished.

    Example: `!crania_hw.token`
  }];
}

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWTYPES_TD
