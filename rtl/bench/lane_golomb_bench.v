// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

module bench;
  `include "lane.vh"
  parameter LOW_BITS = 0;
  assign fault = 0;
  lane_golomb #(
      .POSITION(OUT)
  ) decoder (
      .clock(clock),
      .start(start),
      .low_bits(LOW_BITS[3:0]),
      .in_valid(in_valid),
      .in_data(in_data),
      .in_ready(in_ready),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_position(out_value)
  );
endmodule
