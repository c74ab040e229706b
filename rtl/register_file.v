// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A small memory of flip-flops: one port for writing, and one for reading in
// the same cycle. It has one or two copies of ENTRIES words, such as those of
// the tile that computes and of the tile that is loaded.
module register_file #(
    parameter COPIES = 1,  // 1 or 2
    parameter ENTRIES = 16,
    parameter BITS = 8,
    parameter LOG = ENTRIES > 1 ? $clog2(ENTRIES) : 1
) (
    input clock,
    input write,
    input write_copy,
    input [LOG-1:0] write_entry,
    input [BITS-1:0] write_data,
    input read_copy,
    input [LOG-1:0] read_entry,
    output [BITS-1:0] read_data
);
  localparam WORDS = COPIES * ENTRIES;
  localparam BITS_OF_ADDRESS = WORDS > 1 ? $clog2(WORDS) : 1;
  wire [BITS_OF_ADDRESS-1:0] writeAt, readAt;
  generate
    if (COPIES == 1) begin : single
      assign writeAt = write_entry;
      assign readAt = read_entry;
    end else if (ENTRIES == 1) begin : pair
      assign writeAt = write_copy;
      assign readAt = read_copy;
    end else begin : copies
      assign writeAt = {write_copy, write_entry};
      assign readAt = {read_copy, read_entry};
    end
    if (WORDS == 1) begin : word
      reg [BITS-1:0] content;
      always @(posedge clock) if (write) content <= write_data;
      assign read_data = content;
    end else begin : words
      reg [BITS-1:0] contents[0:WORDS-1];
      always @(posedge clock) if (write) contents[writeAt] <= write_data;
      assign read_data = contents[readAt];
    end
  endgenerate
endmodule
