// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A lane that decodes tANS: one symbol per cycle. Its state is the address of a
// table, whose entry has the symbol, the number of bits to read, and the base
// of the next state. The low bits of the base are 0 where bits are read, so the
// next state is the OR of both. The table is a memory outside of the lane, read
// in the same cycle. A lane begins with its state, in STATE bits. The last
// value of a lane reads no bits, and `error` tells if its state is a wrong one.
//
// With EXTRA > 0, symbols have up to EXTRA uncoded bits in front of the bits of
// the state. `symbol_entry` is the entry of the symbol in a second table: how
// many bits, and the first number of the range. Numbers become words by adding
// the first word of the alphabet.
module lane_tans #(
    parameter STATE = 8,   // the logarithm of the number of states
    parameter SYMBOL = 4,  // bits of a symbol
    parameter EXTRA = 0,   // the most uncoded bits of a symbol
    parameter WORD = 8,    // bits of a word, if EXTRA > 0
    parameter COUNT = $clog2(STATE + 1),
    parameter ECOUNT = EXTRA > 0 ? $clog2(EXTRA + 1) : 1,
    parameter WIDTH = STATE + EXTRA <= 8 ? 8 : STATE + EXTRA <= 16 ? 16 : 32,
    parameter LOG = $clog2(WIDTH)
) (
    input clock,
    input start,
    input in_valid,
    input [WIDTH-1:0] in_data,
    output in_ready,
    output reg [STATE-1:0] state,             // the address of the table
    input [1+SYMBOL+COUNT+STATE-1:0] table_entry,  // first, symbol, bits, base
    input [ECOUNT+WORD-1:0] symbol_entry,     // uncoded bits, first number
    input [WORD-1:0] first_word,
    input last,                               // the value is the last of the lane
    output out_valid,
    input out_ready,
    output [SYMBOL-1:0] out_symbol,
    output [WORD-1:0] out_word,
    output error
);
  reg primed;  // the state is read
  wire [WIDTH-1:0] next;
  wire [STATE-1:0] base, mask, code;
  wire [COUNT-1:0] bits;
  wire isFirst, go;
  assign {isFirst, out_symbol, bits, base} = table_entry;
  assign out_valid = primed & go;
  assign error = last & ~isFirst;

  low_ones #(
      .WIDTH(STATE)
  ) ones (
      .count(bits),
      .mask (mask)
  );

  wire [COUNT-1:0] coded = primed ? (last ? {COUNT{1'b0}} : bits) : STATE;
  wire [LOG:0] count;
  generate
    if (EXTRA == 0) begin : plain
      assign code = next[STATE-1:0];
      assign count = coded;
      assign out_word = 0;
    end else begin : extra
      wire [ECOUNT-1:0] uncoded = symbol_entry[WORD+:ECOUNT] & {ECOUNT{primed}};
      wire [EXTRA-1:0] extraMask;
      low_ones #(
          .WIDTH(EXTRA)
      ) extraOnes (
          .count(uncoded),
          .mask (extraMask)
      );
      wire [STATE+EXTRA-1:0] behind = next[STATE+EXTRA-1:0] >> uncoded;
      assign code = behind[STATE-1:0];
      assign count = coded + uncoded;
      assign out_word = (symbol_entry[WORD-1:0] | (next[EXTRA-1:0] & extraMask)) + first_word;
    end
  endgenerate

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
      .take(~primed | out_ready),
      .count(count),
      .go(go)
  );

  always @(posedge clock) begin
    primed <= ~start & (primed | go);
    if (go & (~primed | out_ready))
      state <= (base & {STATE{primed}}) | (code & (mask | {STATE{~primed}}));
  end
endmodule
