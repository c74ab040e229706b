// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The plain decoder of bitmaps. In each cycle, it examines the bits of 8 * LANES
// positions, and puts out up to LANES held positions with their words. The bits
// and the words come as two streams, which are aligned to bytes.
module bitmap_unit #(
    parameter LANES = 8,   // a power of two
    parameter WORD = 8,    // bits of a word
    parameter GROUP = 14,  // bits of the number of a group of positions
    parameter BITS = 8 * LANES,
    parameter LOG = $clog2(BITS),
    parameter LANELOG = LANES > 1 ? $clog2(LANES) : 1
) (
    input clock,
    input start,
    input map_valid,
    input [BITS-1:0] map_data,
    output map_ready,
    input word_valid,
    input [LANES*WORD-1:0] word_data,
    output word_ready,
    output out_valid,
    input out_ready,
    output [LANES-1:0] out_lanes,  // the lanes with a word
    output [LANES*LOG-1:0] out_positions,
    output [LANES*WORD-1:0] out_words,
    output reg [GROUP-1:0] out_group
);
  reg [BITS-1:0] pending;
  reg held;

  // Finds the first LANES bits of `pending`. reached[k] is 1 if at least k of
  // the bits before bit i are 1.
  reg [LANES:0] reached;
  reg [LANES-1:0] select;
  reg [LANES*LOG-1:0] positions;
  reg [BITS-1:0] rest;
  integer i, k;
  always @* begin
    reached = 1;
    positions = 0;
    for (i = 0; i < BITS; i = i + 1) begin
      rest[i] = pending[i] & reached[LANES];
      select = {LANES{pending[i]}} & reached[LANES-1:0] & ~reached[LANES:1];
      for (k = 0; k < LANES; k = k + 1)
        positions[k*LOG+:LOG] = positions[k*LOG+:LOG] | ({LOG{select[k]}} & i[LOG-1:0]);
      reached = reached | ({reached[LANES-1:0], 1'b1} & {(LANES + 1) {pending[i]}});
    end
  end
  assign out_lanes = reached[LANES:1];
  assign out_positions = positions;
  wire isEmpty = ~|rest;

  wire wordsThere;
  assign out_valid = held & wordsThere;
  wire put = out_valid & out_ready;
  assign map_ready = ~held | (put & isEmpty);

  generate
    if (LANES == 1) begin : one
      assign wordsThere = word_valid | ~out_lanes[0];
      assign word_ready = put & out_lanes[0];
      assign out_words = word_data;
    end else begin : several
      // The number of words: the lanes are filled from the first one on.
      reg [LANELOG:0] count;
      wire [LANES:0] lanes = out_lanes;
      integer lane;
      always @* begin
        count = 0;
        for (lane = 0; lane < LANES; lane = lane + 1)
          if (lanes[lane] & ~lanes[lane+1]) count = count | (lane + 1);
      end
      window #(
          .WIDTH(LANES),
          .UNIT (WORD)
      ) words (
          .clock(clock),
          .start(start),
          .in_valid(word_valid),
          .in_data(word_data),
          .in_ready(word_ready),
          .next(out_words),
          .filled(),
          .take(held & out_ready),
          .count(count),
          .go(wordsThere)
      );
    end
  endgenerate

  always @(posedge clock) begin
    if (map_valid & map_ready) pending <= map_data;
    else if (put) pending <= rest;
    held <= ~start & ((held & ~(put & isEmpty)) | map_valid);
    if (start) out_group <= {GROUP{1'b1}};
    else if (map_valid & map_ready) out_group <= out_group + 1;
  end
endmodule
