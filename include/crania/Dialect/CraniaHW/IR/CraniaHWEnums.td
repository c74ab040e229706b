// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWENUMS_TD
#define CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWENUMS_TD

include "mlir/IR/EnumAttr.td"

// The numbers are those of DeviceBinary.fbs.

class CraniaHW_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::crania::hw";
  let genSpecializedAttr = 0;
}

def CraniaHW_Space : CraniaHW_Enum<"Space", "a memory of the machine", [
  I32EnumAttrCase<"Image", 0, "image">,
  I32EnumAttrCase<"Dram", 1, "dram">,
  I32EnumAttrCase<"GlobalBuffer", 2, "global_buffer">
]>;

def CraniaHW_Purpose : CraniaHW_Enum<"Purpose", "the content that a copy moves, for reports", [
  I32EnumAttrCase<"Activations", 0, "activations">,
  I32EnumAttrCase<"Parameters", 1, "parameters">
]>;

def CraniaHW_PortLayout : CraniaHW_Enum<"PortLayout", "the order of the axes of an image", [
  I32EnumAttrCase<"NCHW", 0, "nchw">,
  I32EnumAttrCase<"NHWC", 1, "nhwc">,
  I32EnumAttrCase<"Unknown", 2, "unknown">
]>;

def CraniaHW_VectorOpcode : CraniaHW_Enum<"VectorOpcode", "an instruction of the vector unit", [
  I32EnumAttrCase<"Constant", 0, "constant">,
  I32EnumAttrCase<"Add", 1, "add">,
  I32EnumAttrCase<"Sub", 2, "sub">,
  I32EnumAttrCase<"Mul", 3, "mul">,
  I32EnumAttrCase<"Div", 4, "div">,
  I32EnumAttrCase<"Max", 5, "max">,
  I32EnumAttrCase<"Min", 6, "min">,
  I32EnumAttrCase<"MaxNum", 7, "maxnum">,
  I32EnumAttrCase<"MinNum", 8, "minnum">,
  I32EnumAttrCase<"Neg", 9, "neg">,
  I32EnumAttrCase<"Abs", 10, "abs">,
  I32EnumAttrCase<"Exp", 11, "exp">,
  I32EnumAttrCase<"Log", 12, "log">,
  I32EnumAttrCase<"Sqrt", 13, "sqrt">,
  I32EnumAttrCase<"Rsqrt", 14, "rsqrt">,
  I32EnumAttrCase<"Tanh", 15, "tanh">,
  I32EnumAttrCase<"Erf", 16, "erf">,
  I32EnumAttrCase<"Floor", 17, "floor">,
  I32EnumAttrCase<"Ceil", 18, "ceil">,
  I32EnumAttrCase<"Pow", 19, "pow">,
  I32EnumAttrCase<"CmpEq", 20, "cmp_eq">,
  I32EnumAttrCase<"CmpNe", 21, "cmp_ne">,
  I32EnumAttrCase<"CmpLt", 22, "cmp_lt">,
  I32EnumAttrCase<"CmpLe", 23, "cmp_le">,
  I32EnumAttrCase<"CmpGt", 24, "cmp_gt">,
  I32EnumAttrCase<"CmpGe", 25, "cmp_ge">,
  I32EnumAttrCase<"Select", 26, "select">,
  I32EnumAttrCase<"Shr", 27, "shr">,
  I32EnumAttrCase<"Rescale", 28, "rescale">,
  I32EnumAttrCase<"RoundEven", 29, "roundeven">,
  I32EnumAttrCase<"ToF32", 30, "to_f32">,
  I32EnumAttrCase<"ToInt", 31, "to_int">
]>;

#endif // CRANIA_DIALECT_CRANIAHW_IR_CRANIAHWENUMS_TD
