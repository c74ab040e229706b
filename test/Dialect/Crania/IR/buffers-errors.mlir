// RUN: crania-opt %s -ownership-based-buffer-deallocation -verify-diagnostics

func.func @f(%x: memref<3xf32>) {
  // expected-error @below {{has no place for the ownership of its logits: lower it with convert-crania-to-scf before buffers are deallocated}}
  crania.iterate upto 1 exit #crania.exit<softmax, []> -> memref<3xf32> round(%round) {
    crania.yield %x : memref<3xf32>
  }
  return
}
