// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A lane that decodes Huffman codes: one symbol per cycle. The next LONGEST
// bits of the stream are the address of a table, whose entry has the symbol and
// the length of its code word. The table is a memory outside of the lane, read
// in the same cycle.
module lane_huffman #(
    parameter LONGEST = 8,  // bits of the longest code word, at most WIDTH
    parameter SYMBOL = 8,   // bits of a symbol
    parameter WIDTH = LONGEST <= 8 ? 8 : 16,
    parameter LOG = $clog2(WIDTH)
) (
    input clock,
    input start,
    input in_valid,
    input [WIDTH-1:0] in_data,
    output in_ready,
    output [LONGEST-1:0] table_address,
    input [SYMBOL+3:0] table_entry,  // length (4 bits), symbol
    output out_valid,
    input out_ready,
    output [SYMBOL-1:0] out_symbol
);
  wire [WIDTH-1:0] next;
  wire [3:0] length;
  assign {length, out_symbol} = table_entry;
  assign table_address = next[LONGEST-1:0];
  wire [LOG:0] count = length;
  window #(
      .WIDTH(WIDTH)
  ) stream (
      .clock(clock),
      .start(start),
      .in_valid(in_valid),
      .in_data(in_data),
      .in_ready(in_ready),
      .next(next),
      .filled(),
      .take(out_ready),
      .count(count),
      .go(out_valid)
  );
endmodule
