// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWDIALECT_TD
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWDIALECT_TD

include "mlir/IR/OpBase.td"

def CraniaHW_Dialect : Dialect {
  let name = "crania_hw";
  let cppNamespace = "::crania::hw";
  let summary = "Programs of the simulated accelerator, command by command";
  let description = [{
    The dialect describes *what the machine does*, with no decision left open. A
    program gives the place of each buffer and each encoded cluster, and for each
    round the list of commands with the tokens that order them. The dialect mirrors
    the device binary (`include/crania/DeviceBinary/DeviceBinary.fbs`) one to one,
    so that translation decides nothing and loses nothing.

    A `crania_hw.program` holds buffers, weights and rounds. The host runs it
    with `crania_hw.execute`.

    Rounds and clusters count from 1. Offsets and strides of tensors count
    elements, addresses and sizes of memories count bytes.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::crania::ir::CraniaDialect"];
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttributes();
  }];
}

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWDIALECT_TD
