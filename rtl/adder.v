// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// An adder of integers, modulo 2^BITS.
module adder #(
    parameter BITS = 32
) (
    input [BITS-1:0] a,
    input [BITS-1:0] b,
    output [BITS-1:0] sum
);
  assign sum = a + b;
endmodule
