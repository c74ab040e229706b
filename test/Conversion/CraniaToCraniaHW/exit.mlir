// RUN: crania-opt %s --convert-crania-to-hw --split-input-file | FileCheck %s

// The exit unit tests logits on chip, as one row. The host reads a copy in DRAM.
// Each round ends with the copy and the test.

// Logits that are an output stay where they are. The rule and its thresholds
// belong to the program.

// CHECK-LABEL: crania_hw.program @output_program target <"edge"> precision f32 exit <margin, [0.25, 0.5]>
// CHECK-SAME:    input <@input.dram : tensor<1x4xf32>> logits <@logits : tensor<1x4xf32>>
// CHECK-SAME:    dram_bytes 128 {
// CHECK-NEXT:    crania_hw.buffer @generic global_buffer at 64 bytes 16 : f32
// CHECK-NEXT:    crania_hw.buffer @input global_buffer at 0 bytes 16 : f32
// CHECK-NEXT:    crania_hw.buffer @input.dram dram at 0 bytes 16 : f32
// CHECK-NEXT:    crania_hw.buffer @logits dram at 64 bytes 16 : f32
// CHECK-COUNT-3: crania_hw.exit_test @generic at 0 classes 4
// CHECK-NOT:     crania_hw.exit_test

module attributes {crania.target = #crania.target<"edge">} {
  func.func @output(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 3 exit #crania.exit<margin, [0.25, 0.5]> -> tensor<1x4xf32> round(%round) {
      %e = tensor.empty() : tensor<1x4xf32>
      %y = linalg.exp ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
      crania.yield %y : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}

// -----

// A part of a tensor is copied: otherwise the whole tensor would have to stay on
// chip until the end.

// CHECK-LABEL: crania_hw.program @part_program
// CHECK:         crania_hw.round {
// CHECK:           %[[EXP:[0-9]+]] = crania_hw.vector loops [8]
// CHECK:           %[[PART:[0-9]+]] = crania_hw.vector loops [3] inputs [<@generic at 2, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00>]
// CHECK-SAME:        output <@copy at 0, (d0) -> (d0), extents [3], strides [1], padding 0.000000e+00> code {} after(%[[EXP]])
// CHECK-NEXT:      crania_hw.copy activations [3] from <@copy at 0, strides [1]> to <@logits at 0, strides [1]> after(%[[PART]]) label "exit"
// CHECK-NEXT:      crania_hw.exit_test @copy at 0 classes 3 after(%[[PART]]) label "exit"
// CHECK-NEXT:    }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @part(%x: tensor<1x8xf32>) -> tensor<1x3xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x3xf32> round(%round) {
      %e = tensor.empty() : tensor<1x8xf32>
      %y = linalg.exp ins(%x : tensor<1x8xf32>) outs(%e : tensor<1x8xf32>) -> tensor<1x8xf32>
      %p = tensor.extract_slice %y[0, 2] [1, 3] [1, 1] : tensor<1x8xf32> to tensor<1x3xf32>
      crania.yield %p : tensor<1x3xf32>
    }
    return %l : tensor<1x3xf32>
  }
}

// -----

// The input itself may be the logits. The program has no command but those of
// the exit.

// CHECK-LABEL: crania_hw.program @input_program
// CHECK:         crania_hw.round {
// CHECK-NEXT:      %[[LOAD:[0-9]+]] = crania_hw.copy activations [4] from <@input.dram at 0, strides [1]> to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:      crania_hw.copy activations [4] from <@input at 0, strides [1]> to <@logits at 0, strides [1]> after(%[[LOAD]]) label "exit"
// CHECK-NEXT:      crania_hw.exit_test @input at 0 classes 4 after(%[[LOAD]]) label "exit"
// CHECK-NEXT:    }

module attributes {crania.target = #crania.target<"edge">} {
  func.func @input(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %l, %r = crania.iterate upto 1 exit #crania.exit<softmax, []> -> tensor<1x4xf32> round(%round) {
      crania.yield %x : tensor<1x4xf32>
    }
    return %l : tensor<1x4xf32>
  }
}
