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
  let summary = "Additions of the Acme compiler: a weight encoding, two schemes, an exit rule";
  let useDefaultAttributePrinterParser = 1;
}

def Acme_ScrambledEncodingAttr : AttrDef<Acme_Dialect, "ScrambledEncoding", [
    DeclareAttrInterfaceMethods<Crania_EncodingAttrInterface>]> {
  let mnemonic = "scrambled";
  let summary = "A bitmap and the values, unreadable without the machine's key";
  let description = [{
    Example: `#acme.scrambled`
  }];
}

def Acme_StripedAttr : AttrDef<Acme_Dialect, "Striped", [
    DeclareAttrInterfaceMethods<Crania_SchemeAttrInterface>]> {
  let mnemonic = "striped";
  let summary = "Weight i belongs to cluster i mod K";
  let description = [{
    The clusters need no positions. This is a clustering scheme with disjoint
    supports.

    Example: `#acme.striped`
  }];
}

def Acme_SignsAttr : AttrDef<Acme_Dialect, "Signs", [
    DeclareAttrInterfaceMethods<Crania_SchemeAttrInterface,
                                ["isRefining", "getRefinedWords"]>]> {
  let mnemonic = "signs";
  let summary = "Round 1 knows the signs of the weights, round 2 the weights";
  let description = [{
    A clustering scheme in which a cluster refines the one before. In D_1, each
    weight of f32 is the magnitude with its own sign. The code of a weight is 1 if
    the weight is negative, else 0. There are two clusters.

    Example: `#acme.signs<0.5>`
  }];
  let parameters = (ins "::mlir::FloatAttr":$magnitude);
  let assemblyFormat = "`<` $magnitude `>`";
}

def Acme_ClearWinnerAttr : AttrDef<Acme_Dialect, "ClearWinner", [
    DeclareAttrInterfaceMethods<Crania_ExitRuleAttrInterface>]> {
  let mnemonic = "clear_winner";
  let summary = "Stops when the largest logit is far above the second largest";
  let description = [{
    Round r stops when largest - second largest >= threshold r. The logits
    themselves are compared, so no exponential is needed. Their shape is
    1x...xN.

    Example: `#acme.clear_winner<[4.0, 2.5]>`
  }];
  let parameters = (ins "::mlir::DenseF64ArrayAttr":$thresholds);
  let assemblyFormat = "`<` $thresholds `>`";
}

#endif // ACME_TD
