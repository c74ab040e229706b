// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A lane that decodes Golomb-Rice codes of gaps into positions. It examines 16
// bits of the stream per cycle. A gap takes one cycle, one more for each 16
// ones of its unary part, and one more if its low bits do not fit behind the
// unary part.
module lane_golomb #(
    parameter POSITION = 17,
    parameter WIDTH = 16,
    parameter LOG = $clog2(WIDTH)
) (
    input clock,
    input start,
    input [3:0] low_bits,  // of the segment
    input in_valid,
    input [WIDTH-1:0] in_data,
    output in_ready,
    output out_valid,
    input out_ready,
    output [POSITION-1:0] out_position  // of the next held position
);
  reg [POSITION-1:0] position;
  reg isBehindUnary;  // only the low bits of a gap are left

  wire [WIDTH-1:0] next;
  wire go;

  // Finds the first zero.
  wire [WIDTH-1:0] ones;  // bit i: bits 0 to i are all ones
  genvar i, j;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : prefix
      if (i == 0) assign ones[0] = next[0];
      else assign ones[i] = ones[i-1] & next[i];
    end
  endgenerate
  wire [WIDTH-1:0] first = ~ones & {ones[WIDTH-2:0], 1'b1};
  wire [LOG-1:0] zeroAt;
  generate
    for (i = 0; i < LOG; i = i + 1) begin : encoder
      wire [WIDTH-1:0] select;
      for (j = 0; j < WIDTH; j = j + 1) begin : selects
        assign select[j] = first[j] & ((j >> i) & 1);
      end
      assign zeroAt[i] = |select;
    end
  endgenerate
  wire isLong = ones[WIDTH-1];

  // The length of the unary part with its zero, 0 behind it.
  wire [LOG:0] unary = isBehindUnary ? 0 : isLong ? WIDTH : zeroAt + 1'b1;
  wire [LOG+1:0] whole = unary + low_bits;
  wire exceeds = whole[LOG+1] | (whole[LOG] & (|whole[LOG-1:0]));
  wire fits = ~exceeds & ~(isLong & ~isBehindUnary);

  wire [WIDTH-1:0] behind = next >> unary;
  wire [14:0] mask;
  low_ones #(
      .WIDTH(15)
  ) lowOnes (
      .count(low_bits),
      .mask (mask)
  );
  wire [14:0] low = behind[14:0] & mask & {15{fits}};
  wire [LOG:0] high = isBehindUnary ? 0 : {isLong, isLong ? {LOG{1'b0}} : zeroAt};
  wire [POSITION-1:0] shifted = {{(POSITION - LOG - 1) {1'b0}}, high} << low_bits;

  wire [POSITION-1:0] sum = position + (shifted | low);
  assign out_position = sum;
  assign out_valid = go & fits;
  wire step = go & (out_ready | ~fits);

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
      .take(out_ready | ~fits),
      .count(fits ? whole[LOG:0] : unary),
      .go(go)
  );

  always @(posedge clock) begin
    if (start) position <= 0;
    else if (step) position <= sum + fits;
    if (start) isBehindUnary <= 0;
    else if (step) isBehindUnary <= ~fits & ~isLong;
  end
endmodule
