// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// How Yosys maps adders and registers with an enable, before it maps gates.

// A row of full adders. A bit with a constant input becomes gates, which the
// mapper of gates simplifies.
(* techmap_celltype = "$fa" *)
module crania_full_adders (A, B, C, X, Y);
  parameter WIDTH = 1;
  input [WIDTH-1:0] A, B, C;
  output [WIDTH-1:0] X, Y;

  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_C_ = 0;
  localparam [WIDTH-1:0] CONSTANT =
      _TECHMAP_CONSTMSK_A_ | _TECHMAP_CONSTMSK_B_ | _TECHMAP_CONSTMSK_C_;

  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
      if (CONSTANT[i]) begin
        assign Y[i] = A[i] ^ B[i] ^ C[i];
        assign X[i] = (A[i] & B[i]) | (C[i] & (A[i] | B[i]));
      end else begin
        FA_X1 cell_ (.A(A[i]), .B(B[i]), .CI(C[i]), .CO(X[i]), .S(Y[i]));
      end
    end
  endgenerate
endmodule

// An adder or subtractor whose carry ripples. The first bit and the last one
// are gates: most have a constant carry, or none that is used.
(* techmap_celltype = "$alu" *)
module crania_adder (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  input CI, BI;
  output [Y_WIDTH-1:0] X, Y, CO;

  wire [Y_WIDTH-1:0] a, b;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(b));
  wire [Y_WIDTH-1:0] second = b ^ {Y_WIDTH{BI}};
  assign X = a ^ second;

  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  // The bits behind an unsigned operand are constant.
  localparam [A_WIDTH-1:0] CONSTANT_A = _TECHMAP_CONSTMSK_A_;
  localparam [B_WIDTH-1:0] CONSTANT_B = _TECHMAP_CONSTMSK_B_;

  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
      wire carry;
      if (i == 0) assign carry = CI;
      else assign carry = CO[i-1];
      if (i == 0 || i == Y_WIDTH - 1 ||
          (i < A_WIDTH ? CONSTANT_A[i] : A_SIGNED ? CONSTANT_A[A_WIDTH-1] : 1) ||
          (i < B_WIDTH ? CONSTANT_B[i] : B_SIGNED ? CONSTANT_B[B_WIDTH-1] : 1)) begin
        assign Y[i] = X[i] ^ carry;
        assign CO[i] = (a[i] & second[i]) | (carry & (a[i] | second[i]));
      end else begin
        FA_X1 cell_ (.A(a[i]), .B(second[i]), .CI(carry), .CO(CO[i]), .S(Y[i]));
      end
    end
  endgenerate
endmodule

// A register with an enable. From four bits on, it shares a gate of its clock,
// a latch and an AND gate. A narrower one selects its old value.
(* techmap_celltype = "$dffe" *)
module crania_register (CLK, EN, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  parameter EN_POLARITY = 1;
  input CLK, EN;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;

  wire enable = EN_POLARITY ? EN : ~EN;
  generate
    if (WIDTH < 4) begin
      \$dff #(.WIDTH(WIDTH), .CLK_POLARITY(1)) register (
          .CLK(CLK), .D(enable ? D : Q), .Q(Q));
    end else begin
      wire held, gated;
      DLH_X1 latch (.D(enable), .G(~CLK), .Q(held));
      AND2_X1 gate (.A1(CLK), .A2(held), .ZN(gated));
      \$dff #(.WIDTH(WIDTH), .CLK_POLARITY(1)) register (.CLK(gated), .D(D), .Q(Q));
    end
  endgenerate
endmodule
