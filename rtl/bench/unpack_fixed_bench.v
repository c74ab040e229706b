// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

module bench;
  `include "lane.vh"
  parameter LENGTH = 8;
  assign fault = 0;
  unpack_fixed #(
      .WIDTH(WIDTH)
  ) decoder (
      .clock(clock),
      .start(start),
      .length(LENGTH[$clog2(WIDTH):0]),
      .in_valid(in_valid),
      .in_data(in_data),
      .in_ready(in_ready),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_code(out_value)
  );
endmodule
