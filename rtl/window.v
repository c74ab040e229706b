// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A window onto a stream of units of UNIT bits. It shows the next WIDTH units,
// and moves by 0 to WIDTH of them a cycle. Two registers of WIDTH units hold
// the stream. When the first one is used up, both move on by WIDTH units.
//
// A step happens in each cycle in which `take` and `go` are 1. The stream ends
// with two words of padding, which the window reads ahead.
module window #(
    parameter WIDTH = 8,  // units, a power of two
    parameter UNIT = 1,   // bits
    parameter LOG = $clog2(WIDTH)
) (
    input clock,
    input start,  // empties the window
    input in_valid,
    input [WIDTH*UNIT-1:0] in_data,
    output in_ready,
    output [WIDTH*UNIT-1:0] next,  // the next WIDTH units, valid if `filled`
    output filled,
    input take,
    input [LOG:0] count,  // units that a step takes
    output go             // 1 if a step of `count` units can happen
);
  reg [2*WIDTH*UNIT-1:0] held;
  reg [LOG-1:0] offset;
  reg [1:0] words;  // 0, 1 or 3: shifts in ones

  wire [LOG:0] sum = {1'b0, offset} + count;
  wire passes = sum[LOG];
  assign filled = words[1];
  assign go = filled & (in_valid | ~passes);
  assign in_ready = ~filled | (take & passes);
  wire shift = in_valid & in_ready;

  // A shift to the right by `offset` units, in levels of multiplexers.
  genvar level;
  generate
    for (level = LOG; level >= 0; level = level - 1) begin : shifter
      // The units that the levels below may still select.
      wire [(WIDTH+(1<<level)-1)*UNIT-1:0] units;
      if (level == LOG) begin : all
        assign units = held[(2*WIDTH-1)*UNIT-1:0];
      end else begin : some
        localparam SIZE = (WIDTH + (1 << level) - 1) * UNIT;
        assign units = offset[level] ? shifter[level+1].units[(UNIT<<level)+:SIZE]
                                     : shifter[level+1].units[0+:SIZE];
      end
    end
  endgenerate
  assign next = shifter[0].units;

  always @(posedge clock) begin
    if (shift) held <= {in_data, held[2*WIDTH*UNIT-1:WIDTH*UNIT]};
    if (start) words <= 0;
    else if (shift) words <= {words[0], 1'b1};
    if (start) offset <= 0;
    else if (take & go) offset <= sum[LOG-1:0];
  end
endmodule
