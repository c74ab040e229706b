// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A dense processing element. It holds DEPTH weights, in two copies if the next
// tile is loaded during the computation of this one. In each cycle, it
// multiplies the input that it holds by a weight and adds the product to its
// own sum, or to the sum of the PE above.
module pe_dense #(
    parameter WORD = 8,    // bits of a weight and of an input
    parameter SUM = 32,    // bits of the accumulator
    parameter DEPTH = 16,  // weights of a tile
    parameter COPIES = 2,  // 1: serial loading; 2: double buffering
    parameter LOG = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input clock,
    input load,  // writes a weight
    input load_copy,
    input [LOG-1:0] load_index,
    input [WORD-1:0] load_word,
    input copy,  // the copy that computes
    input [LOG-1:0] index,
    input keep,  // 1: add to the own sum; 0: to `sum_in`
    input [WORD-1:0] x_in,
    output reg [WORD-1:0] x_out,
    input [SUM-1:0] sum_in,
    output reg [SUM-1:0] sum_out
);
  wire [WORD-1:0] weight;
  register_file #(
      .COPIES (COPIES),
      .ENTRIES(DEPTH),
      .BITS   (WORD)
  ) weights (
      .clock(clock),
      .write(load),
      .write_copy(load_copy),
      .write_entry(load_index),
      .write_data(load_word),
      .read_copy(copy),
      .read_entry(index),
      .read_data(weight)
  );

  wire [SUM-1:0] sum;
  mac #(
      .WORD(WORD),
      .SUM (SUM)
  ) unit (
      .a(x_out),
      .b(weight),
      .c(keep ? sum_out : sum_in),
      .sum(sum)
  );

  always @(posedge clock) begin
    x_out   <= x_in;
    sum_out <= sum;
  end
endmodule
