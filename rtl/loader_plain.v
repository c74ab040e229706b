// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The loader of dense, uncoded words. It reads beats of BYTES bytes. The first
// word begins `skip` bytes behind the beginning of the first beat. In each
// cycle, it puts out BYTES bytes, which begin with a word, and the number of
// their group. One beat of padding follows the last one.
module loader_plain #(
    parameter BYTES = 8,   // a power of two
    parameter GROUP = 14,  // bits of the number of a group
    parameter LOG = $clog2(BYTES)
) (
    input clock,
    input start,
    input [LOG-1:0] skip,
    input [GROUP-1:0] last_group,
    input in_valid,
    input [8*BYTES-1:0] in_data,
    output in_ready,
    output out_valid,
    input out_ready,
    output [8*BYTES-1:0] out_data,
    output reg [GROUP-1:0] out_group,
    output reg done
);
  reg [8*BYTES-1:0] hold;
  reg held;
  wire put = out_valid & out_ready;
  assign out_valid = held & in_valid & ~done;
  assign in_ready = ~held | put;

  genvar level;
  generate
    for (level = LOG; level >= 0; level = level - 1) begin : shifter
      wire [8*(BYTES+(1<<level)-1)-1:0] bytes;
      if (level == LOG) begin : all
        assign bytes = {in_data[8*(BYTES-1)-1:0], hold};
      end else begin : some
        localparam SIZE = 8 * (BYTES + (1 << level) - 1);
        assign bytes = skip[level] ? shifter[level+1].bytes[(8<<level)+:SIZE]
                                   : shifter[level+1].bytes[0+:SIZE];
      end
    end
  endgenerate
  assign out_data = shifter[0].bytes;

  always @(posedge clock) begin
    if (in_valid & in_ready) hold <= in_data;
    held <= ~start & (held | in_valid);
    if (start) out_group <= 0;
    else if (put) out_group <= out_group + 1;
    done <= ~start & (done | (put & (out_group == last_group)));
  end
endmodule
