// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A sparse processing element. It holds only the weights that are present, each
// with the index of its input, and skips the absent ones. Each pixel has up to
// DEPTH inputs per PE, which come one a cycle along the row. The PE keeps the
// inputs of one pixel while those of the next one arrive. Unused slots hold the
// weight 0.
module pe_sparse #(
    parameter WORD = 8,
    parameter SUM = 32,
    parameter DEPTH = 16,  // weights of a tile, and inputs of a pixel
    parameter COPIES = 2,  // copies of the weights
    parameter LOG = $clog2(DEPTH)
) (
    input clock,
    input load,
    input load_copy,
    input [LOG-1:0] load_slot,
    input [LOG-1:0] load_index,  // the input that the weight belongs to
    input [WORD-1:0] load_word,
    input copy,
    input [LOG-1:0] slot,
    input keep,
    input x_write,  // the input in `x_out` belongs to this PE
    input x_copy,   // where it is written; the other copy is read
    input [LOG-1:0] x_index,
    input [WORD-1:0] x_in,
    output reg [WORD-1:0] x_out,
    input [SUM-1:0] sum_in,
    output reg [SUM-1:0] sum_out
);
  wire [LOG+WORD-1:0] entry;
  register_file #(
      .COPIES (COPIES),
      .ENTRIES(DEPTH),
      .BITS   (LOG + WORD)
  ) weights (
      .clock(clock),
      .write(load),
      .write_copy(load_copy),
      .write_entry(load_slot),
      .write_data({load_index, load_word}),
      .read_copy(copy),
      .read_entry(slot),
      .read_data(entry)
  );

  wire [WORD-1:0] x;
  register_file #(
      .COPIES (2),
      .ENTRIES(DEPTH),
      .BITS   (WORD)
  ) inputs (
      .clock(clock),
      .write(x_write),
      .write_copy(x_copy),
      .write_entry(x_index),
      .write_data(x_out),
      .read_copy(~x_copy),
      .read_entry(entry[WORD+:LOG]),
      .read_data(x)
  );

  wire [SUM-1:0] sum;
  mac #(
      .WORD(WORD),
      .SUM (SUM)
  ) unit (
      .a(x),
      .b(entry[WORD-1:0]),
      .c(keep ? sum_out : sum_in),
      .sum(sum)
  );

  always @(posedge clock) begin
    x_out   <= x_in;
    sum_out <= sum;
  end
endmodule
