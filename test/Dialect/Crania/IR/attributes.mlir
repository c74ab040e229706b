// RUN: crania-opt %s | crania-opt | FileCheck %s
// RUN: crania-opt %s -emit-bytecode | crania-opt | FileCheck %s

// CHECK-LABEL: @exit_rules
// CHECK-SAME: a = #crania.exit<softmax, [0.9, 0.8, 0.7]>
// CHECK-SAME: b = #crania.exit<margin, []>
// CHECK-SAME: c = #crania.exit<entropy, [0.3, 12.0]>
// CHECK-SAME: d = #crania.exit<softmax, [0.1, 1.0, 0.0]>
// CHECK-SAME: e = #crania.exit<entropy, [1.0e-09, 0.3333333333333333, 1.0e+300]>
func.func private @exit_rules() attributes {
  a = #crania.exit<softmax, [0.9, 0.8, 0.7]>,
  b = #crania.exit<margin, []>,
  c = #crania.exit<entropy, [0.3, 12.0]>,
  d = #crania.exit<softmax, [0.1, 1.0, 0.0]>,
  e = #crania.exit<entropy, [1.0e-9, 0.33333333333333331, 1.0e300]>
}

// CHECK-LABEL: @schemes_and_encodings
// CHECK-SAME: a = #crania.importance
// CHECK-SAME: b = #crania.raw_encoding
// CHECK-SAME: c = #crania.bitmap_encoding{{[,}]}}
// CHECK-SAME: d = #crania.bitmap_encoding<free>
// CHECK-SAME: e = #crania.coded_encoding<"conditional+tans">
// CHECK-SAME: f = #crania.coded_encoding<"dense+tans", value_lanes = 8, table_log = 10>
// CHECK-SAME: g = #crania.coded_encoding<"golomb+huffman", position_lanes = 2>
// CHECK-SAME: h = #crania.coded_encoding<"dense+huffman", tables = 2, extra_bits = 3>
func.func private @schemes_and_encodings() attributes {
  a = #crania.importance,
  b = #crania.raw_encoding,
  c = #crania.bitmap_encoding,
  d = #crania.bitmap_encoding<free>,
  e = #crania.coded_encoding<"conditional+tans">,
  f = #crania.coded_encoding<"dense+tans", value_lanes = 8, table_log = 10>,
  g = #crania.coded_encoding<"golomb+huffman", table_log = 12, position_lanes = 2>,
  h = #crania.coded_encoding<"dense+huffman", extra_bits = 3, tables = 2>
}

// Keys may have any order. They are printed in the order in which passes decide
// them.
// CHECK-LABEL: @segments
// CHECK-SAME: a = #crania.segment{{[,}]}}
// CHECK-SAME: b = #crania.segment<encoding = #crania.bitmap_encoding, bytes = 640, residency = retained, store_offset = 0, address = 4096>
// CHECK-SAME: c = #crania.segment<bytes = 0, address = 0>
// CHECK-SAME: d = #crania.segment<residency = streamed>
// CHECK-SAME: e = #crania.fetch_plan<@conv1, [<encoding = #crania.raw_encoding, bytes = 64>]>
func.func private @segments() attributes {
  a = #crania.segment,
  b = #crania.segment<address = 4096, store_offset = 0, residency = retained,
                      encoding = #crania.bitmap_encoding, bytes = 640>,
  c = #crania.segment<bytes = 0, address = 0>,
  f = #crania.segment<encoding = #crania.bitmap_encoding, bytes = 640, residency = retained, store_offset = 0, address = 4096>,
  d = #crania.segment<residency = streamed>,
  e = #crania.fetch_plan<@conv1, [#crania.segment<encoding = #crania.raw_encoding, bytes = 64>]>
}

// CHECK-LABEL: @types
// CHECK-SAME: !crania.clustered<tensor<64x3x7x7xf32>, clusters = 4>
// CHECK-SAME: !crania.clustered<tensor<1xi16>, clusters = 255>
func.func private @types(!crania.clustered<tensor<64x3x7x7xf32>, clusters = 4>,
                         !crania.clustered<tensor<1xi16>, clusters = 255>)

// CHECK: func.func private @classifier(%{{.*}}: tensor<2xf32>) -> tensor<2xf32> attributes {crania.classifier}
func.func private @classifier(%x: tensor<2xf32>) -> tensor<2xf32> attributes {crania.classifier} {
  return %x : tensor<2xf32>
}

// CHECK: module @target attributes {crania.target = #crania.target<"edge">}
module @target attributes {crania.target = #crania.target<"edge">} {}

// CHECK: module @described attributes {crania.target = #crania.target<"mine", "{\22base\22: \22edge\22}">}
module @described attributes {crania.target = #crania.target<"mine", "{\"base\": \"edge\"}">} {}

// CHECK-LABEL: @largest_type
func.func private @largest_type(!crania.clustered<tensor<2147483647xi8>, clusters = 1>)

// A splat is checked without expanding it to two gigabytes.
// CHECK: crania.weights @largest_splat
crania.weights @largest_splat : !crania.clustered<tensor<2147483647xi8>, clusters = 1>
    scheme #crania.importance
    values dense<1> : tensor<2147483647xi8> assignment dense<0> : tensor<2147483647xi8>
