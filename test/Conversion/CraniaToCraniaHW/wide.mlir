// RUN: crania-opt %s --convert-crania-to-hw | FileCheck %s

// 1024 bytes of input, 512 of sums and 512 of bias in a global buffer of 1600: the sums
// fit, but not together with their bias. The bias is added behind the contraction instead of
// block by block: the command waits for the contraction and does not follow it.
// The first hidden layer of VGG-16 on `edge` is such a layer.

// CHECK-LABEL: crania_hw.program @net_program
// CHECK:           crania_hw.buffer @generic global_buffer at 1024 bytes 512 : f32
// CHECK-NEXT:      crania_hw.buffer @input global_buffer at 0 bytes 1024 : f32
// CHECK-NEXT:      crania_hw.buffer @input.dram dram at 0 bytes 1024 : f32
// CHECK-NEXT:      crania_hw.buffer @constant global_buffer at 0 bytes 512 : f32
// CHECK-NEXT:      crania_hw.buffer @constant.image image at 131072 bytes 512 : f32
// CHECK-NEXT:      crania_hw.buffer @logits dram at 1024 bytes 512 : f32
// CHECK:           crania_hw.round {
// CHECK-NEXT:        %[[LOAD1:[0-9]+]] = crania_hw.copy activations [256] from <@input.dram at 0, strides [1]>
// CHECK-SAME:          to <@input at 0, strides [1]> label "input"
// CHECK-NEXT:        crania_hw.fetch @w clusters [1] streamed tiles 0 to 8 label "w"
// CHECK-NEXT:        %[[SUM1:[0-9]+]] = crania_hw.contract @w clusters 1 tiles 0 to 8
// CHECK-SAME:          input <@input at 0, 256x1x1, strides [1, 1, 1]> output <@generic at 0, 128x1x1, strides [1, 1, 1]>
// CHECK-SAME:          kernel [1, 1] stride [1, 1] dilation [1, 1] pad [0, 0] after(%[[LOAD1]]) label "w"
// CHECK-NEXT:        %[[LOAD2:[0-9]+]] = crania_hw.copy parameters [128] from <@constant.image at 0, strides [1]>
// CHECK-SAME:          to <@constant at 0, strides [1]> after(%[[SUM1]]) label "parameters"
// CHECK-NEXT:        %[[VECTOR1:[0-9]+]] = crania_hw.vector loops [128]
// CHECK-SAME:          inputs [<@generic at 0, (d0) -> (d0), extents [128], strides [1], padding 0.000000e+00>,
// CHECK-SAME:          <@constant at 0, (d0) -> (d0), extents [128], strides [1], padding 0.000000e+00>]
// CHECK-SAME:          output <@generic at 0, (d0) -> (d0), extents [128], strides [1], padding 0.000000e+00>
// CHECK-SAME:          code {r3 = add f32(r0, r1)} after(%[[LOAD2]]) label "generic"
// CHECK-NEXT:        crania_hw.copy activations [128] from <@generic at 0, strides [1]>
// CHECK-SAME:          to <@logits at 0, strides [1]> after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:        crania_hw.exit_test @generic at 0 classes 128 after(%[[VECTOR1]]) label "exit"
// CHECK-NEXT:      }

#plan_w = #crania.fetch_plan<@w, [<encoding = #crania.raw_encoding, bytes = 131072, residency = streamed, address = 0>]>
module attributes {crania.target = #crania.target<"small", "{\"global_buffer\": {\"bytes\": 1600}}">} {
  crania.weights @w : !crania.clustered<tensor<256x128xf32>, clusters = 1>
      scheme #crania.importance values dense<1.0> : tensor<256x128xf32> assignment dense<0> : tensor<256x128xi8>

  func.func @net(%x: tensor<1x256xf32>) -> tensor<1x128xf32> attributes {crania.classifier} {
    %logits, %exit = crania.iterate upto 1 exit #crania.exit<softmax, []> plan [#plan_w] -> tensor<1x128xf32> round(%round) {
      %b = arith.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0, 29.0, 30.0, 31.0, 32.0, 33.0, 34.0, 35.0, 36.0, 37.0, 38.0, 39.0, 40.0, 41.0, 42.0, 43.0, 44.0, 45.0, 46.0, 47.0, 48.0, 49.0, 50.0, 51.0, 52.0, 53.0, 54.0, 55.0, 56.0, 57.0, 58.0, 59.0, 60.0, 61.0, 62.0, 63.0, 64.0, 65.0, 66.0, 67.0, 68.0, 69.0, 70.0, 71.0, 72.0, 73.0, 74.0, 75.0, 76.0, 77.0, 78.0, 79.0, 80.0, 81.0, 82.0, 83.0, 84.0, 85.0, 86.0, 87.0, 88.0, 89.0, 90.0, 91.0, 92.0, 93.0, 94.0, 95.0, 96.0, 97.0, 98.0, 99.0, 100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0, 107.0, 108.0, 109.0, 110.0, 111.0, 112.0, 113.0, 114.0, 115.0, 116.0, 117.0, 118.0, 119.0, 120.0, 121.0, 122.0, 123.0, 124.0, 125.0, 126.0, 127.0]]> : tensor<1x128xf32>
      %w = crania.get @w : !crania.clustered<tensor<256x128xf32>, clusters = 1>
      %d = crania.materialize %w upto %round : !crania.clustered<tensor<256x128xf32>, clusters = 1>
      %l = linalg.matmul ins(%x, %d : tensor<1x256xf32>, tensor<256x128xf32>) outs(%b : tensor<1x128xf32>) -> tensor<1x128xf32>
      crania.yield %l : tensor<1x128xf32>
    }
    return %logits : tensor<1x128xf32>
  }
}
