// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A signed multiply-accumulate: sum = a * b + c, modulo 2^SUM. The rows of
// products follow Baugh and Wooley (IEEE Transactions on Computers, 1973):
// products with one sign bit are inverted, so that no row needs its sign
// extended. Two constants correct the sum.
module mac #(
    parameter WORD = 8,
    parameter SUM = 32
) (
    input [WORD-1:0] a,
    input [WORD-1:0] b,
    input [SUM-1:0] c,
    output [SUM-1:0] sum
);
  localparam PRODUCT = 2 * WORD;
  genvar row;
  generate
    for (row = 0; row < WORD; row = row + 1) begin : rows
      wire [WORD-1:0] bits = a & {WORD{b[row]}};
      wire [WORD-1:0] mask = row == WORD - 1 ? {WORD{1'b1}} >> 1 : 1 << (WORD - 1);
      wire [PRODUCT-1:0] shifted = {{WORD{1'b0}}, bits ^ mask} << row;
      wire [PRODUCT-1:0] total;
      if (row == 0) begin : first
        assign total = shifted + (1 << WORD) + (1 << (PRODUCT - 1));
      end else begin : next
        assign total = rows[row-1].total + shifted;
      end
    end
  endgenerate
  wire [PRODUCT-1:0] product = rows[WORD-1].total;
  wire [SUM+PRODUCT-1:0] extended = {{SUM{product[PRODUCT-1]}}, product};
  adder #(
      .BITS(SUM)
  ) last (
      .a(c),
      .b(extended[SUM-1:0]),
      .sum(sum)
  );
endmodule
