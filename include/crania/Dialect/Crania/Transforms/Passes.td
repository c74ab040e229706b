// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_TRANSFORMS_PASSES_TD
#define CRANIA_DIALECT_CRANIA_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

// A pass runs on functions, in parallel, if it changes a function alone. These
// passes run on modules although they work function by function:
// - crania-fold-constant-layouts and crania-quantize-classifiers name resources;
//   the names would depend on the order of threads.
// - crania-share-weights and crania-cluster-weights give the same data to all
//   classifiers that read one constant.
// - crania-assign-encodings and crania-schedule-fetches emit remarks; MLIR's engine
//   of remarks takes them from one thread at a time.

def CheckClassifiers : Pass<"crania-check-classifiers", "::mlir::ModuleOp"> {
  let summary = "Check the entry contract of classifiers";
  let description = [{
    Checks the entry contract of every function marked `crania.classifier`:

    - It has a body of one block.
    - It takes one tensor of f32 and returns one tensor of f32, the logits. All
      dimensions of the logits but one are 1, and that one is at least 2.
    - Every tensor in it has a static shape.

    With `function`, the pass marks that function first. Without it, the pass marks
    the only public function of the module, if no function is marked yet. It leaves
    other functions alone.

    An input of rank 4 is an image. It gets `crania.image_layout` with `"nhwc"` or
    `"unknown"` if that is its layout. The layout is `image-layout`, or with `auto`
    the one that the convolutions and pools behind the input have. An image without
    the attribute is `nchw`. The pass changes nothing else.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"\"",
           "Function to mark as a classifier">,
    Option<"imageLayout", "image-layout", "std::string", "\"auto\"",
           "Order of the axes of the input: nchw, nhwc, or auto">,
  ];
}

def FoldConstantLayouts : Pass<"crania-fold-constant-layouts", "::mlir::ModuleOp"> {
  let summary = "Fold transpositions and reshapes of constants in classifiers";
  let description = [{
    Front ends often transpose or reshape the parameters of linear layers. The pass
    replaces a constant that is transposed or reshaped by one of the new shape and
    order, so that contractions read constants directly. It does not move the data
    of a reshaped resource, and it changes no value.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def NormalizeClassifiers : Pass<"crania-normalize-classifiers", "::mlir::func::FuncOp"> {
  let summary = "Rewrite classifiers to one structured op per command of the machine";
  let description = [{
    Element-wise named ops become `linalg.generic`. Contractions start from zero, and
    their initial value is added behind them. Element-wise ops are fused into their
    only consumer, unless that reduces. The order of float additions changes if a
    contraction had an initial value; nothing else about the computation changes.

    Calibration measures the results of these ops, and quantization gives scales to
    them. Values within a fused op are therefore never rounded.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantizeClassifiers : Pass<"crania-quantize-classifiers", "::mlir::ModuleOp"> {
  let summary = "Compute classifiers in integers";
  let description = [{
    Contractions with constant weights compute with 8-bit or 16-bit integers and
    exact sums. The tensors between them are requantized by multiplier and shift;
    docs/Arithmetic.md defines every bit. Weights are symmetric with a scale per
    output channel. Activations have a scale per tensor and no zero point, and
    tensors of bytes without negative values are unsigned. Casts of the quant
    dialect quantize the input. The logits stay f32.

    The scale of a tensor follows from the `crania.range` of the op that computes it
    (`crania-calibrate` measures the range). An op that needs a range and has none
    is an error. Views, concatenations and maxima share one scale, so that they
    round nothing. A contraction keeps its own `crania.precision`. Element-wise ops
    that are not a clamp of an affine function compute in f32 between conversions.
    Ops without an integer form stay f32.

    The pass normalizes classifiers first (`crania-normalize-classifiers`). With
    precision f32, it changes only layers with a precision of their own.
  }];
  let options = [
    Option<"precision", "precision", "std::string", "\"i8\"",
           "Arithmetic of layers without one of their own: f32, i16 or i8">,
    Option<"firstLayer", "first-layer", "std::string", "\"\"",
           "Arithmetic of the first contraction, if it differs">,
    Option<"lastLayer", "last-layer", "std::string", "\"\"",
           "Arithmetic of the last contraction, if it differs">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::quant::QuantDialect",
                           "::mlir::tensor::TensorDialect"];
}

def AttachTarget : Pass<"crania-attach-target", "::mlir::ModuleOp"> {
  let summary = "Set the machine that the module is compiled for";
  let description = [{
    Sets `crania.target` of the module, unless it has one already.
  }];
  let options = [
    Option<"target", "target", "std::string", "\"edge\"",
           "Preset name, or path of a target file">,
  ];
  let dependentDialects = ["::crania::ir::CraniaDialect"];
}

def ShareWeights : Pass<"crania-share-weights", "::mlir::ModuleOp"> {
  let summary = "Give the weights of each layer a codebook of few words";
  let description = [{
    Applies *weight sharing* (S. Han et al., Deep Compression, arXiv:1510.00149).
    The constant weights of each contraction of a classifier are replaced by the
    centers of their optimal k-means, at most `entries` distinct words. Integer
    weights get rounded centers and keep their scales. Encodings can then store an
    index, or its entropy, per weight.

    The pass changes the network, as quantization does: the last round computes the
    network of shared weights. Weights that are clustered already are not changed.
  }];
  let options = [
    Option<"entries", "entries", "unsigned", "16",
           "Largest number of distinct words in a layer, 1 to 256">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ClusterWeights : Pass<"crania-cluster-weights", "::mlir::ModuleOp"> {
  let summary = "Cluster the constant weights of contractions by importance";
  let description = [{
    Afterwards, every contraction of a classifier with a constant operand
    (convolution, matrix product) reads it through `crania.get` and
    `crania.materialize`, up to the last cluster. The computed result does not
    change.

    Clusters are chosen by the importance |w|, per weight tensor or, with
    `scope=global`, over all tensors of a classifier together. The first cluster
    holds the largest weights, and so on. Among equal weights, the one that is
    earlier in its tensor, or in an earlier tensor, comes first. The n-th boundary is
    at round(N * (f_1 + ... + f_n)) of N weights. With `kmeans:K`, it is at the n-th
    boundary of the optimal k-means of the magnitudes.

    Each contraction gets a symbol of its own, even if several use one constant,
    because encodings and schedule are chosen per use. The data is shared in the
    compiler, but not in the weight image. Weights that are clustered already are
    not changed.

    The pass refuses weights that are not finite.
  }];
  let options = [
    Option<"clusters", "clusters", "std::string", "\"1\"",
           "Fractions of the weights per cluster, most important first, that "
           "add up to 1 (e.g. 0.1,0.2,0.3,0.4), or equal:K or kmeans:K">,
    Option<"scope", "scope", "std::string", "\"layer\"",
           "The weights that are ranked together: those of a layer, or global">,
  ];
  let dependentDialects = ["::crania::ir::CraniaDialect",
                           "::mlir::arith::ArithDialect"];
}

def FormRounds : Pass<"crania-form-rounds", "::mlir::func::FuncOp"> {
  let summary = "Move classifiers into rounds";
  let description = [{
    Moves the ops that compute the logits of each classifier into a `crania.iterate`,
    in which round r reads D_r. The number of rounds is the largest number of
    clusters of the classifier's weights. A softmax behind the logits stays outside,
    because the exit rule works on logits. Some ops of dialects that CRANIA does not
    know also stay outside: those that compute the input, before any weights, and
    those of one operand behind the logits. In other places they are an error of
    `convert-crania-to-hw`. Classifiers that iterate already are not changed.

    The pass needs clustered weights (`crania-cluster-weights`).
  }];
  let options = [
    Option<"exit", "exit", "std::string", "\"softmax:0.9\"",
           "Exit rule: softmax, margin or entropy, a colon, and a threshold, or "
           "one per round but the last, separated by commas">,
  ];
  let dependentDialects = ["::crania::ir::CraniaDialect"];
}

def AssignEncodings : Pass<"crania-assign-encodings", "::mlir::ModuleOp"> {
  let summary = "Choose an encoding for each cluster of each weight tensor";
  let description = [{
    For every `crania.iterate`, the pass adds to its plan an encoding per (weight
    tensor, cluster), and the encoded bytes. It chooses the encoding with the least
    energy for fetching and decoding among those whose decoder keeps up with DRAM,
    if there are any, with as many lanes as that takes. All encodings share one
    decoder, which must fit into the area that the target's
    `limits.addition_percent` leaves for it. docs/Encodings.md describes the choice.
    Encodings that the plan has already are kept.

    The pass needs `crania.target`, because blocks are whole tiles of the PE array.
    Each weight tensor must have one consumer in the iteration.
  }];
  let options = [
    ListOption<"encodings", "encodings", "std::string",
               "Allowed encodings, by id: raw, bitmap, conditional+tans, ... (default: all built-in encodings)">,
  ];
}

def ScheduleFetches : Pass<"crania-schedule-fetches", "::mlir::ModuleOp"> {
  let summary = "Decide which clusters the weight store retains";
  let description = [{
    Every segment of a plan is streamed, or retained in the weight store from its
    first fetch on, across rounds and inputs. The store goes to the segments with
    the most expected fetches per byte. Let R be the exit round. The expected number
    of rounds per input that use cluster k is the sum over r >= k of P(R >= r). P
    comes from the `exit_histogram` of the iteration (in text: `histogram`), or else
    from the option of that name. Without either, every exit round is equally
    likely. Segments are taken whole and greedily; ties go to the earlier layer.

    The pass needs encoded bytes (`crania-assign-encodings`). It keeps existing
    decisions and the store bytes that they take.
  }];
  let options = [
    Option<"retain", "retain", "bool", "true",
           "Use the weight store; false streams everything">,
    ListOption<"exitHistogram", "exit-histogram", "double",
               "Fraction of inputs that stop after each round, adding up to 1">,
  ];
}

def PlaceSegments : Pass<"crania-place-segments", "::mlir::func::FuncOp"> {
  let summary = "Give each segment its address in the weight image";
  let description = [{
    Segments follow one another in the order in which an inference consumes them:
    layer by layer, cluster by cluster, each aligned to a DRAM burst. Existing
    addresses are kept, and new segments go behind them.

    Segments that encode to the same bytes in the same encoding and blocks, as those
    of layers with tied weights do, get one address. No more than 16 segments have
    one address; the next 16 get another one.

    The pass needs encoded bytes (`crania-assign-encodings`) and `crania.target`.
  }];
}

#endif // CRANIA_DIALECT_CRANIA_TRANSFORMS_PASSES_TD
