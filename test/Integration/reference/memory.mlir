// A round frees its allocations: without this, 9,000 rounds with weights of 256
// KB would leak 2.3 GB.
//
// RUN: crania-opt %s -crania-reference-pipeline -o %t.llvm
// RUN: ulimit -v 1500000
// RUN: %run_main %t.llvm | FileCheck %s
// CHECK: 9000

crania.weights @w : !crania.clustered<tensor<256x256xf32>, clusters = 3>
    scheme #crania.importance
    values dense<1.0> : tensor<256x256xf32> assignment dense<2> : tensor<256x256xi8>
func.func @classify(%x: tensor<1x256xf32>) -> (tensor<1x256xf32>, index) {
  %zero = arith.constant 0.0 : f32
  %w = crania.get @w : !crania.clustered<tensor<256x256xf32>, clusters = 3>
  %logits, %exit = crania.iterate upto 3 exit #crania.exit<softmax, [0.9, 0.8]> -> tensor<1x256xf32> round(%round) {
    %d = crania.materialize %w upto %round : !crania.clustered<tensor<256x256xf32>, clusters = 3>
    %e = tensor.empty() : tensor<1x256xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x256xf32>) -> tensor<1x256xf32>
    %l = linalg.matmul ins(%x, %d : tensor<1x256xf32>, tensor<256x256xf32>) outs(%f : tensor<1x256xf32>) -> tensor<1x256xf32>
    crania.yield %l : tensor<1x256xf32>
  }
  return %logits, %exit : tensor<1x256xf32>, index
}
func.func private @printI64(i64)
func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 3000 : index
  %x = arith.constant dense<1.0> : tensor<1x256xf32>
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%a = %c0) -> index {
    %l, %e = func.call @classify(%x) : (tensor<1x256xf32>) -> (tensor<1x256xf32>, index)
    %b = arith.addi %a, %e : index
    scf.yield %b : index
  }
  %v = arith.index_cast %s : index to i64
  call @printI64(%v) : (i64) -> ()
  return
}
