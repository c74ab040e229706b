// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Computes the sums of PIXELS pixels for each of TILES tiles. While a tile
// computes, the next one is loaded into the other copy of the weights.
module bench;
  parameter WORD = 8;
  parameter SUM = 32;
  parameter DEPTH = 16;
  parameter COPIES = 2;
  parameter TILES = 4;
  parameter PIXELS = 8;
  localparam LOG = DEPTH > 1 ? $clog2(DEPTH) : 1;

  reg clock = 0;
  reg [WORD-1:0] weights[0:TILES*DEPTH-1];
  reg [WORD-1:0] inputs[0:TILES*PIXELS*DEPTH-1];
  reg [SUM-1:0] starts[0:TILES*PIXELS-1];
  reg [SUM-1:0] expected[0:TILES*PIXELS-1];
  initial begin
    $readmemh("weights.hex", weights);
    $readmemh("inputs.hex", inputs);
    $readmemh("starts.hex", starts);
    $readmemh("expected.hex", expected);
  end
  always #1 clock = ~clock;

  reg load = 0, load_copy = 0, copy = 0, keep = 0;
  reg [LOG-1:0] load_index = 0, index = 0;
  reg [WORD-1:0] entry;
  reg [WORD-1:0] x_in;
  wire [WORD-1:0] x_out;
  reg [SUM-1:0] sum_in;
  wire [SUM-1:0] sum_out;

  integer tile, pixel, step, faults = 0;

  // Presents weight `at` of a tile; nothing if there is no such tile.
  task present(input integer number, input integer at);
    begin
      load <= number < TILES;
      load_copy <= COPIES == 2 && number % 2;
      load_index <= at;
      entry <= weights[(number < TILES ? number : 0) * DEPTH + at];
    end
  endtask

  initial begin
    for (step = 0; step < DEPTH; step = step + 1) begin
      @(negedge clock) present(0, step);
    end
    for (tile = 0; tile < TILES; tile = tile + 1) begin
      if (COPIES == 1 && tile > 0)
        for (step = 0; step < DEPTH; step = step + 1) begin
          @(negedge clock) present(tile, step);
        end
      for (pixel = 0; pixel < PIXELS; pixel = pixel + 1) begin
        // The input is in its register one cycle before the product.
        @(negedge clock) x_in <= inputs[(tile*PIXELS+pixel)*DEPTH];
        load <= 0;
        for (step = 0; step < DEPTH; step = step + 1) begin
          @(negedge clock) index <= step;
          copy <= COPIES == 2 && tile % 2;
          keep <= step > 0;
          sum_in <= starts[tile*PIXELS+pixel];
          if (step + 1 < DEPTH) x_in <= inputs[(tile*PIXELS+pixel)*DEPTH+step+1];
          if (COPIES == 2) present(tile + 1, step);
        end
        @(negedge clock) check;
      end
    end
    if (faults == 0) $display("PASS %0d sums", TILES * PIXELS);
    else $display("FAIL %0d of %0d sums", faults, TILES * PIXELS);
    $finish;
  end

  task check;
    if (sum_out !== expected[tile*PIXELS+pixel]) begin
      faults = faults + 1;
      if (faults < 10)
        $display("pixel %0d of tile %0d is %h, not %h", pixel, tile, sum_out,
                 expected[tile*PIXELS+pixel]);
    end
  endtask

  pe_dense #(
      .WORD  (WORD),
      .SUM   (SUM),
      .DEPTH (DEPTH),
      .COPIES(COPIES)
  ) pe (
      .clock(clock),
      .load(load),
      .load_copy(load_copy),
      .load_index(load_index),
      .load_word(entry),
      .copy(copy),
      .index(index),
      .keep(keep),
      .x_in(x_in),
      .x_out(x_out),
      .sum_in(sum_in),
      .sum_out(sum_out)
  );
endmodule
