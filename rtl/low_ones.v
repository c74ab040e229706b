// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A mask with `count` ones in its low bits.
module low_ones #(
    parameter WIDTH = 8,
    parameter LOG = $clog2(WIDTH + 1)
) (
    input [LOG-1:0] count,
    output [WIDTH-1:0] mask
);
  assign mask = ~({WIDTH{1'b1}} << count);
endmodule
