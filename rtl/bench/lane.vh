// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The common part of the benches of decoders with one stream. A bench includes
// this file and connects its decoder to `in_...`, `out_...`, `start` and `last`.
//
// The files are in the folder of the run. `cases.hex` has four numbers for each
// case: the first word of its stream, its first expected output, the number of
// outputs, and `argument`. Two words of padding follow the stream of a case.
// Both sides stall at random.
  parameter WIDTH = 8;  // bits of a word of the stream
  parameter OUT = 8;    // bits of an output
  parameter CASES = 1;
  parameter STREAM = 1;
  parameter EXPECTED = 1;
  parameter STALLS = 1;  // 0: no side stalls

  reg clock = 0, start = 1, isFed = 0, isRead = 0;
  reg [WIDTH-1:0] stream[0:STREAM-1];
  reg [OUT-1:0] expected[0:EXPECTED-1];
  reg [31:0] cases[0:4*CASES-1];
  reg [31:0] argument;
  integer streamAt, expectedAt, total, left = 0, caseAt = 0;
  integer cycles = 0, outputs = 0, faults = 0;

  wire in_ready, out_valid, fault;
  wire [OUT-1:0] out_value;
  wire in_valid = isFed & ~start;
  wire [WIDTH-1:0] in_data = stream[streamAt];
  wire out_ready = isRead & ~start & (left > 0);
  wire last = left == 1;

  initial begin
    $readmemh("stream.hex", stream);
    $readmemh("expected.hex", expected);
    $readmemh("cases.hex", cases);
  end
  always #1 clock = ~clock;

  // Inputs of the decoder change between edges of the clock.
  always @(negedge clock) begin
    start <= left == 0;
    isFed <= STALLS == 0 || $random % 4 != 0;
    isRead <= STALLS == 0 || $random % 4 != 0;
    if (left == 0) begin
      if (caseAt == CASES) begin
        if (faults == 0) $display("PASS %0d outputs in %0d cycles", outputs, cycles);
        else $display("FAIL %0d of %0d outputs", faults, outputs);
        $finish;
      end else begin
        streamAt <= cases[4*caseAt];
        expectedAt <= cases[4*caseAt+1];
        total <= cases[4*caseAt+2];
        left <= cases[4*caseAt+2];
        argument <= cases[4*caseAt+3];
        caseAt <= caseAt + 1;
      end
    end
  end

  always @(posedge clock) begin
    cycles = cycles + !start;
    if (in_valid & in_ready) streamAt <= streamAt + 1;
    if (out_valid & out_ready) begin
      outputs = outputs + 1;
      expectedAt <= expectedAt + 1;
      left <= left - 1;
      if (out_value !== expected[expectedAt] || fault !== 1'b0) begin
        faults = faults + 1;
        if (faults < 10)
          $display("output %0d of case %0d is %h, not %h", total - left, caseAt - 1,
                   out_value, expected[expectedAt]);
      end
    end
    if (cycles > 100 + 100 * EXPECTED) begin
      $display("FAIL the decoder stands still in case %0d", caseAt - 1);
      $finish;
    end
  end
