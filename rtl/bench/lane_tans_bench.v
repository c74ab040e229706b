// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

module bench;
  `include "lane.vh"
  parameter STATE = 8;
  parameter SYMBOL = 4;
  parameter EXTRA = 0;
  parameter FIRST_WORD = 0;
  localparam WORD = 8;
  localparam COUNT = $clog2(STATE + 1);
  localparam ECOUNT = EXTRA > 0 ? $clog2(EXTRA + 1) : 1;
  reg [1+SYMBOL+COUNT+STATE-1:0] entries[0:(1<<STATE)-1];
  reg [ECOUNT+WORD-1:0] symbols[0:(1<<SYMBOL)-1];
  wire [STATE-1:0] state;
  wire [SYMBOL-1:0] symbol;
  wire [WORD-1:0] word;
  wire error;
  initial begin
    $readmemh("table.hex", entries);
    $readmemh("symbols.hex", symbols);
  end
  assign fault = error;
  generate
    if (EXTRA == 0) assign out_value = symbol;
    else assign out_value = word;
  endgenerate
  lane_tans #(
      .STATE (STATE),
      .SYMBOL(SYMBOL),
      .EXTRA (EXTRA),
      .WORD  (WORD)
  ) decoder (
      .clock(clock),
      .start(start),
      .in_valid(in_valid),
      .in_data(in_data),
      .in_ready(in_ready),
      .state(state),
      .table_entry(entries[state]),
      .symbol_entry(symbols[symbol]),
      .first_word(FIRST_WORD[WORD-1:0]),
      .last(last),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_symbol(symbol),
      .out_word(word),
      .error(error)
  );
endmodule
