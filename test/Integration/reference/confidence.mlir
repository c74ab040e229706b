// Logits at the limits of the definition of exit rules. Each line has the exit
// round of three under softmax, margin and entropy, with thresholds that only a
// certain answer passes.
//
// RUN: crania-opt %s -crania-reference-pipeline | %run_main | FileCheck %s

func.func private @printI64(i64)
func.func private @printComma()
func.func private @printNewline()

func.func @print(%round: index) {
  %wide = arith.index_cast %round : index to i64
  call @printI64(%wide) : (i64) -> ()
  call @printComma() : () -> ()
  return
}

func.func @exit_rounds(%x: tensor<1x2xf32>) {
  %a, %softmax = crania.iterate upto 3 exit #crania.exit<softmax, [0.99, 0.99]> -> tensor<1x2xf32> round(%round) {
    crania.yield %x : tensor<1x2xf32>
  }
  call @print(%softmax) : (index) -> ()
  %b, %margin = crania.iterate upto 3 exit #crania.exit<margin, [0.99, 0.99]> -> tensor<1x2xf32> round(%round) {
    crania.yield %x : tensor<1x2xf32>
  }
  call @print(%margin) : (index) -> ()
  %c, %entropy = crania.iterate upto 3 exit #crania.exit<entropy, [1.0e-9, 1.0e-9]> -> tensor<1x2xf32> round(%round) {
    crania.yield %x : tensor<1x2xf32>
  }
  call @print(%entropy) : (index) -> ()
  call @printNewline() : () -> ()
  return
}

// These thresholds need certainty, so nothing passes before the last round.
func.func @certainty(%x: tensor<1x2xf32>) {
  %a, %softmax = crania.iterate upto 3 exit #crania.exit<softmax, [1.0, 1.0]> -> tensor<1x2xf32> round(%round) {
    crania.yield %x : tensor<1x2xf32>
  }
  call @print(%softmax) : (index) -> ()
  %b, %margin = crania.iterate upto 3 exit #crania.exit<margin, [1.0, 0.99]> -> tensor<1x2xf32> round(%round) {
    crania.yield %x : tensor<1x2xf32>
  }
  call @print(%margin) : (index) -> ()
  %c, %entropy = crania.iterate upto 3 exit #crania.exit<entropy, [0.0, 0.0]> -> tensor<1x2xf32> round(%round) {
    crania.yield %x : tensor<1x2xf32>
  }
  call @print(%entropy) : (index) -> ()
  call @printNewline() : () -> ()
  return
}

func.func @main() {
  // The logits are so far apart that the smaller probability is 0 (and 0 ln 0 =
  // 0).
  // CHECK: 1, 1, 1,
  %certain = arith.constant dense<[[-1000.0, 1000.0]]> : tensor<1x2xf32>
  call @exit_rounds(%certain) : (tensor<1x2xf32>) -> ()
  // CHECK-NEXT: 3, 2, 3,
  call @certainty(%certain) : (tensor<1x2xf32>) -> ()
  // CHECK-NEXT: 1, 1, 1,
  %minus_infinity = arith.constant dense<[[2.0, 0xFF800000]]> : tensor<1x2xf32>
  call @exit_rounds(%minus_infinity) : (tensor<1x2xf32>) -> ()
  // This answer is not certain.
  // CHECK-NEXT: 3, 3, 3,
  %undecided = arith.constant dense<[[1.0, 1.0]]> : tensor<1x2xf32>
  call @exit_rounds(%undecided) : (tensor<1x2xf32>) -> ()
  // These confidences are not numbers: +inf, both -inf, NaN.
  // CHECK-NEXT: 3, 3, 3,
  %infinity = arith.constant dense<[[1.0, 0x7F800000]]> : tensor<1x2xf32>
  call @exit_rounds(%infinity) : (tensor<1x2xf32>) -> ()
  // CHECK-NEXT: 3, 3, 3,
  %no_maximum = arith.constant dense<0xFF800000> : tensor<1x2xf32>
  call @exit_rounds(%no_maximum) : (tensor<1x2xf32>) -> ()
  // CHECK-NEXT: 3, 3, 3,
  %nan = arith.constant dense<[[0x7FC00000, 1.0]]> : tensor<1x2xf32>
  call @exit_rounds(%nan) : (tensor<1x2xf32>) -> ()
  return
}
