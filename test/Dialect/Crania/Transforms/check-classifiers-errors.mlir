// RUN: crania-opt %s --split-input-file --verify-diagnostics --crania-check-classifiers

// expected-error @+1 {{has no classifier and 2 public functions: mark one with 'crania.classifier' or the option 'function'}}
module {
  func.func @a(%x: tensor<1x4xf32>) -> tensor<1x4xf32> { return %x : tensor<1x4xf32> }
  func.func @b(%x: tensor<1x4xf32>) -> tensor<1x4xf32> { return %x : tensor<1x4xf32> }
}

// -----

// expected-error @+1 {{a classifier takes one tensor of f32 of static shape, found '(tensor<?x4xf32>) -> tensor<1x4xf32>'}}
func.func @f(%x: tensor<?x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
  %y = tensor.empty() : tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// expected-error @+1 {{a classifier returns one tensor of f32 of static shape, the logits}}
func.func @f(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) attributes {crania.classifier} {
  return %x, %x : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// expected-error @+1 {{the result 'tensor<2x4xf32>' is not a tensor of logits}}
func.func @f(%x: tensor<2x4xf32>) -> tensor<2x4xf32> attributes {crania.classifier} {
  return %x : tensor<2x4xf32>
}

// -----

// expected-error @+1 {{the result 'tensor<1x1xf32>' is not a tensor of logits: one dimension counts at least two classes, all others are 1; for a network with one logit z (a sigmoid or the sign decides), concatenate 0 and z to two logits, whose softmax is the sigmoid; a regression has no classes and no exit test}}
func.func @f(%x: tensor<1x1xf32>) -> tensor<1x1xf32> attributes {crania.classifier} {
  return %x : tensor<1x1xf32>
}

// -----

func.func @f(%x: tensor<1x4xf32>, %n: index) -> tensor<1x4xf32> {
  return %x : tensor<1x4xf32>
}
func.func private @g(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
  %c = arith.constant 3 : index
  // expected-error @+1 {{every tensor of a classifier has a static shape, found 'tensor<?xf32>'}}
  %d = tensor.empty(%c) : tensor<?xf32>
  return %x : tensor<1x4xf32>
}

// -----

// expected-error @+1 {{a classifier has a body of one block}}
func.func private @f(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier}

// -----

// expected-error @+1 {{a classifier returns logits, but the function has no result}}
func.func @f(%x: tensor<1x4xf32>) attributes {crania.classifier} {
  return
}

// -----

func.func private @helper(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  return %x : tensor<1x4xf32>
}
func.func @f(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {crania.classifier} {
  // expected-error @+1 {{calls a function, but a classifier is one function; run --inline before}}
  %y = func.call @helper(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
