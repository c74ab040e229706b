// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// An output has the number of the group, the lanes with a word, and for each lane
// its position in the group and its word. The words of a case begin at its
// `argument` in words.hex, in groups of LANES.
module bench;
  parameter LANES = 8;
  parameter WORDS = 1;
  localparam WORD = 8;
  localparam BITS = 8 * LANES;
  localparam LOG = $clog2(BITS);
  `include "lane.vh"
  reg [LANES*WORD-1:0] words[0:WORDS-1];
  initial $readmemh("words.hex", words);

  wire map_ready, word_ready, valid;
  wire [LANES-1:0] lanes;
  wire [LANES*LOG-1:0] positions;
  wire [LANES*WORD-1:0] values;
  wire [13:0] group;
  reg areWordsFed = 0;
  integer wordsAt;
  always @(negedge clock) areWordsFed <= STALLS == 0 || $random % 4 != 0;
  always @(posedge clock)
    if (start) wordsAt <= argument;
    else if (areWordsFed & word_ready) wordsAt <= wordsAt + 1;

  // A group without held positions has no output in expected.hex.
  assign in_ready = map_ready;
  assign out_valid = valid & lanes[0];
  assign fault = 0;
  genvar k;
  generate
    for (k = 0; k < LANES; k = k + 1) begin : packed_lanes
      assign out_value[k*(LOG+WORD+1)+:LOG+WORD+1] =
          lanes[k] ? {1'b1, positions[k*LOG+:LOG], values[k*WORD+:WORD]} : 0;
    end
  endgenerate
  assign out_value[LANES*(LOG+WORD+1)+:14] = group;

  bitmap_unit #(
      .LANES(LANES)
  ) decoder (
      .clock(clock),
      .start(start),
      .map_valid(in_valid),
      .map_data(in_data),
      .map_ready(map_ready),
      .word_valid(areWordsFed & ~start),
      .word_data(words[wordsAt]),
      .word_ready(word_ready),
      .out_valid(valid),
      .out_ready(out_ready),
      .out_lanes(lanes),
      .out_positions(positions),
      .out_words(values),
      .out_group(group)
  );
endmodule
