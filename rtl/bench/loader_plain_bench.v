// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The argument of a case is the byte of the first beat at which the block begins.
module bench;
  `include "lane.vh"
  localparam BYTES = WIDTH / 8;
  localparam GROUP = 14;
  wire [GROUP-1:0] group;
  wire done;
  wire [GROUP-1:0] groups = total - left;
  assign fault = group !== groups || done;
  loader_plain #(
      .BYTES(BYTES),
      .GROUP(GROUP)
  ) decoder (
      .clock(clock),
      .start(start),
      .skip(argument[$clog2(BYTES)-1:0]),
      .last_group(total[GROUP-1:0] - 1'b1),
      .in_valid(in_valid),
      .in_data(in_data),
      .in_ready(in_ready),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_value),
      .out_group(group),
      .done(done)
  );
endmodule
