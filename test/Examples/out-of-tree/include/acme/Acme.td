// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef ACME_TD
#define ACME_TD

include "crania/Dialect/Crania/IR/CraniaInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def Acme_Dialect : Dialect {
  let name = "acme";
  let cppNamespace = "::acme";
  let summary = "Weight layouts of the Acme compiler";
  let useDefaultAttributePrinterParser = 1;
}

def Acme_ScrambledLayoutAttr : AttrDef<Acme_Dialect, "ScrambledLayout", [
    DeclareAttrInterfaceMethods<Crania_LayoutAttrInterface>]> {
  let mnemonic = "scrambled";
  let summary = "A bitmap and the values, unreadable without the machine's key";
  let description = [{
    Example: `#acme.scrambled`
  }];
}

#endif // ACME_TD
