// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A lane that unpacks codes of a fixed length: one code per cycle, of `length`
// bits. The length belongs to the segment. The code is the index of a word in
// the alphabet of the segment.
module unpack_fixed #(
    parameter WIDTH = 8,  // the most bits of a code: 8, 16 or 32
    parameter LOG = $clog2(WIDTH)
) (
    input clock,
    input start,
    input [LOG:0] length,
    input in_valid,
    input [WIDTH-1:0] in_data,
    output in_ready,
    output out_valid,
    input out_ready,
    output [WIDTH-1:0] out_code
);
  wire [WIDTH-1:0] next, mask;
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
      .count(length),
      .go(out_valid)
  );
  low_ones #(
      .WIDTH(WIDTH)
  ) ones (
      .count(length),
      .mask (mask)
  );
  assign out_code = next & mask;
endmodule
