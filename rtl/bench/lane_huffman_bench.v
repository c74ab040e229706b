// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

module bench;
  `include "lane.vh"
  parameter LONGEST = 8;
  parameter SYMBOL = 8;
  reg [SYMBOL+3:0] entries[0:(1<<LONGEST)-1];
  wire [LONGEST-1:0] address;
  initial $readmemh("table.hex", entries);
  assign fault = 0;
  lane_huffman #(
      .LONGEST(LONGEST),
      .SYMBOL (SYMBOL)
  ) decoder (
      .clock(clock),
      .start(start),
      .in_valid(in_valid),
      .in_data(in_data),
      .in_ready(in_ready),
      .table_address(address),
      .table_entry(entries[address]),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_symbol(out_value)
  );
endmodule
