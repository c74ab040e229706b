// RUN: crania-opt %s -split-input-file -verify-diagnostics

// Exit rules.

// expected-error @below {{threshold 1.5 of round 2 is out of range: softmax thresholds are between 0 and 1}}
func.func private @f() attributes {a = #crania.exit<softmax, [0.5, 1.5]>}

// -----

// expected-error @below {{threshold -0.1 of round 1 is out of range: margin thresholds are between 0 and 1}}
func.func private @f() attributes {a = #crania.exit<margin, [-0.1]>}

// -----

// expected-error @below {{threshold -1 of round 1 is out of range: entropy thresholds are at least 0}}
func.func private @f() attributes {a = #crania.exit<entropy, [-1.0]>}

// -----

// expected-error @below {{to be one of: softmax, margin, entropy}}
// expected-error @below {{failed to parse Crania_ExitAttr parameter 'confidence'}}
func.func private @f() attributes {a = #crania.exit<magic, [0.5]>}

// -----

// Segments.

// expected-error @below {{bytes must not be negative, found -1}}
func.func private @f() attributes {a = #crania.segment<bytes = -1>}

// -----

// expected-error @below {{address must not be negative, found -4}}
func.func private @f() attributes {a = #crania.segment<address = -4>}

// -----

// expected-error @below {{store_offset must not be negative, found -4}}
func.func private @f() attributes {a = #crania.segment<residency = retained, store_offset = -4>}

// -----

// expected-error @below {{only a retained segment has a store_offset}}
func.func private @f() attributes {a = #crania.segment<store_offset = 0>}

// -----

// expected-error @below {{a retained segment needs a store_offset}}
func.func private @f() attributes {a = #crania.segment<residency = retained>}

// -----

// expected-error @below {{'bytes' is given twice}}
func.func private @f() attributes {a = #crania.segment<bytes = 1, bytes = 2>}

// -----

// expected-error @below {{unknown key 'size' of a segment; expected encoding, bytes, residency, store_offset or address}}
func.func private @f() attributes {a = #crania.segment<size = 1>}

// -----

// expected-error @below {{expected streamed or retained, found 'forgotten'}}
func.func private @f() attributes {a = #crania.segment<residency = forgotten>}

// -----

// expected-error @below {{invalid kind of attribute specified}}
func.func private @f() attributes {a = #crania.segment<encoding = #crania.importance>}

// -----

// Clustered weights.

// expected-error @below {{clustered weights need a static, non-empty shape, found 'tensor<?xf32>'}}
func.func private @f(!crania.clustered<tensor<?xf32>, clusters = 1>)

// -----

// expected-error @below {{clustered weights need a static, non-empty shape, found 'tensor<0xf32>'}}
func.func private @f(!crania.clustered<tensor<0xf32>, clusters = 1>)

// -----

// expected-error @below {{clustered weights are at most 2147483647, found 'tensor<2147483648xi8>'}}
func.func private @f(!crania.clustered<tensor<2147483648xi8>, clusters = 1>)

// -----

// expected-error @below {{clustered weights are at most 2147483647, found}}
func.func private @f(!crania.clustered<tensor<4294967296x4294967296xf32>, clusters = 1>)

// -----

// expected-error @below {{clustered weights are f32, i16 or i8, found 'f64'}}
func.func private @f(!crania.clustered<tensor<1xf64>, clusters = 1>)

// -----

// expected-error @below {{expected 1 to 255 clusters, found 0}}
func.func private @f(!crania.clustered<tensor<1xf32>, clusters = 0>)

// -----

// expected-error @below {{expected 1 to 255 clusters, found 256}}
func.func private @f(!crania.clustered<tensor<1xf32>, clusters = 256>)

// -----

// Targets.

// expected-error @below {{target "abacus": }}
func.func private @f() attributes {crania.target = #crania.target<"abacus">}

// -----

// expected-error @below {{target "mine": }}
func.func private @f() attributes {crania.target = #crania.target<"mine", "{">}

// -----

// expected-error @below {{names no encoding; expected one such as "conditional+tans"}}
func.func private @f() attributes {a = #crania.coded_encoding<"">}

// -----

// expected-error @below {{position_lanes must be a power of two from 1 to 16, found 0}}
func.func private @f() attributes {a = #crania.coded_encoding<"dense+tans", position_lanes = 0>}

// -----

// expected-error @below {{value_lanes must be a power of two from 1 to 16, found 32}}
func.func private @f() attributes {a = #crania.coded_encoding<"dense+tans", value_lanes = 32>}

// -----

// expected-error @below {{table_log must be at most 14, found 15}}
func.func private @f() attributes {a = #crania.coded_encoding<"dense+tans", table_log = 15>}

// -----

// expected-error @below {{tables must be from 1 to 64, found 65}}
func.func private @f() attributes {a = #crania.coded_encoding<"dense+tans", tables = 65>}

// -----

// expected-error @below {{extra_bits must be at most 8, found 9}}
func.func private @f() attributes {a = #crania.coded_encoding<"dense+tans", extra_bits = 9>}

// -----

// expected-error @below {{unknown parameter 'lanes'; expected position_lanes, value_lanes, table_log, tables or extra_bits}}
func.func private @f() attributes {a = #crania.coded_encoding<"dense+tans", lanes = 2>}
