// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_DIALECT_CRANIA_TRANSFORMS_PASSES_TD
#define CRANIA_DIALECT_CRANIA_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def CheckClassifiers : Pass<"crania-check-classifiers", "::mlir::ModuleOp"> {
  let summary = "Check the entry contract of classifiers";
  let description = [{
    The entry contract of every function marked `crania.classifier`:

    - it has a body of one block;
    - it takes one tensor of f32 and returns one tensor of f32, the logits, all
      of whose dimensions but one are 1 and that one is at least 2;
    - every tensor in it has a static shape.

    With `function`, that function is marked first; without it, the only public
    function of the module is marked if none is yet. Other functions are left
    alone.

    An input of rank 4 is an image: unless that is its layout already, it gets
    `crania.image_layout`, `"nhwc"` or `"unknown"`, where `image-layout` says so or,
    with `auto`, where the convolutions and pools behind it do. Without the
    attribute an image is `nchw`. Changes nothing else.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"\"",
           "Function to mark as a classifier">,
    Option<"imageLayout", "image-layout", "std::string", "\"auto\"",
           "Order of the axes of the input: nchw, nhwc, or auto">,
  ];
}

def FoldConstantLayouts : Pass<"crania-fold-constant-layouts", "::mlir::ModuleOp"> {
  let summary = "Constants of classifiers in the layout in which they are used";
  let description = [{
    Constants that are transposed or reshaped, as front ends leave the parameters of
    linear layers, become constants of the new layout, so that contractions read them.
    The data of a reshaped resource stay where they are. Changes no value.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def NormalizeClassifiers : Pass<"crania-normalize-classifiers", "::mlir::ModuleOp"> {
  let summary = "One structured op of a classifier per command of the machine";
  let description = [{
    Element-wise named ops become `linalg.generic`, contractions start from zero
    with their initial value added behind them, and element-wise ops are fused
    into their only consumer, unless that reduces.
    The order of float additions changes where a contraction had an initial
    value, and nothing else of what is computed.

    Calibration measures, and quantisation gives scales to, the results of these
    ops: what is fused is never rounded in between.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantizeClassifiers : Pass<"crania-quantize-classifiers", "::mlir::ModuleOp"> {
  let summary = "Compute classifiers in integers";
  let description = [{
    Contractions with constant weights compute with 8-bit or 16-bit integers and
    exact sums, and what is between them is requantised by multiplier and shift:
    docs/Arithmetic.md fixes it to the bit. Weights are symmetric with a scale per
    output channel, activations have a scale per tensor and no zero point; tensors
    of bytes without negative values are unsigned. The input is quantised by the
    casts of the quant dialect; the logits stay f32.

    A scale follows from `crania.range` of the op that computes a tensor
    (`crania-calibrate` measures it); an op that needs one and has none is an
    error. Views, concatenations and maxima share one scale, so that nothing is
    rounded on the way. A contraction's own `crania.precision` is kept.
    Element-wise ops that are no clamp of an affine function compute in f32
    between conversions; ops that know no integers stay f32.

    Normalises classifiers first (`crania-normalize-classifiers`). With precision
    f32, only layers with a precision of their own are changed.
  }];
  let options = [
    Option<"precision", "precision", "std::string", "\"i8\"",
           "Arithmetic of layers without one of their own: f32, i16 or i8">,
    Option<"firstLayer", "first-layer", "std::string", "\"\"",
           "That of the first contraction, if it is another">,
    Option<"lastLayer", "last-layer", "std::string", "\"\"",
           "That of the last contraction, if it is another">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::quant::QuantDialect",
                           "::mlir::tensor::TensorDialect"];
}

def AttachTarget : Pass<"crania-attach-target", "::mlir::ModuleOp"> {
  let summary = "Say which machine the module is compiled for";
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
    *Weight sharing* (S. Han et al., Deep Compression, arXiv:1510.00149): the
    constant weights of each contraction of a classifier are replaced by the
    centres of optimal k-means of them, at most `entries` different words.
    Integers get rounded centres, and keep their scales. Layouts then store an
    index, or its entropy, per weight.

    This changes the network, as quantising does: what rounds end with is the
    network of shared weights. Weights that are clustered already are not
    touched.
  }];
  let options = [
    Option<"entries", "entries", "unsigned", "16",
           "Different words of a layer at most, 1 to 256">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ClusterWeights : Pass<"crania-cluster-weights", "::mlir::ModuleOp"> {
  let summary = "Cluster the constant weights of contractions by importance";
  let description = [{
    Every contraction of a classifier with a constant operand (convolution,
    matrix product) reads it through `crania.get` and `crania.materialize`
    afterwards, up to the last cluster: what is computed does not change.

    Clusters are chosen per weight tensor by the importance |w| or, with
    `scope=global`, over all tensors of a classifier together: the first holds
    the largest weights, and so on. Of equal weights, the one earlier in the
    tensor, or in an earlier one, comes first. The n-th boundary is at
    round(N * (f_1 + ... + f_n)) of N weights or, with `kmeans:K`, where optimal
    k-means of the magnitudes has one. Each contraction gets a symbol of its own,
    also where several use one constant: layouts and schedule are chosen per use.
    The data is shared in the compiler, not in the weight image. Weights that are
    clustered already are kept as they are.

    Refuses weights that are not finite.
  }];
  let options = [
    Option<"clusters", "clusters", "std::string", "\"1\"",
           "Fractions of the weights per cluster, most important first, that "
           "add up to 1 (e.g. 0.1,0.2,0.3,0.4), or equal:K or kmeans:K">,
    Option<"scope", "scope", "std::string", "\"layer\"",
           "What is ranked together: the weights of a layer, or global">,
  ];
  let dependentDialects = ["::crania::ir::CraniaDialect",
                           "::mlir::arith::ArithDialect"];
}

def FormRounds : Pass<"crania-form-rounds", "::mlir::ModuleOp"> {
  let summary = "Run classifiers round by round";
  let description = [{
    Moves what computes the logits of each classifier into a `crania.iterate`
    with as many rounds as its most clustered weights have clusters, and lets
    round r read D_r. A softmax behind the logits stays outside, as the exit rule
    works on logits. So do ops of dialects that CRANIA does not know: those that
    compute the input, before any weights, and those of one operand that come behind
    the logits; in between they are an error of `convert-crania-to-hw`. Classifiers
    that iterate already are kept.

    Needs clustered weights (`crania-cluster-weights`).
  }];
  let options = [
    Option<"exit", "exit", "std::string", "\"softmax:0.9\"",
           "Exit rule: softmax, margin or entropy, a colon, and a threshold, or "
           "one per round but the last, separated by commas">,
  ];
  let dependentDialects = ["::crania::ir::CraniaDialect"];
}

def AssignLayouts : Pass<"crania-assign-layouts", "::mlir::ModuleOp"> {
  let summary = "Choose a layout for each cluster of each weight tensor";
  let description = [{
    For every `crania.iterate`, adds to its plan a layout per (weight tensor,
    cluster), and the encoded bytes: the one of least energy for fetching and
    decoding among those whose decoder keeps up with DRAM, as far as there are
    any, with as many lanes as that takes. All layouts share one decoder, which
    must fit into what the target's `limits.addition_percent` leaves for it.
    docs/Layouts.md describes the choice. Layouts that are there already are
    kept.

    Needs `crania.target`: blocks are whole tiles of the PE array. Each weight
    tensor must have one consumer in the iteration.
  }];
  let options = [
    ListOption<"layouts", "layouts", "std::string",
               "Allowed layouts, by id: raw, bitmap, conditional+tans, ... (default: all that are built in)">,
  ];
}

def ScheduleFetches : Pass<"crania-schedule-fetches", "::mlir::ModuleOp"> {
  let summary = "Decide which clusters the weight store retains";
  let description = [{
    Every segment of a plan is streamed, or retained in the weight store from its
    first fetch on, across rounds and inputs. The store goes to the segments with
    the most expected fetches per byte: cluster k is used by sum over r >= k of
    P(R >= r) rounds per input, R being the exit round. P comes from
    `exit_histogram` of the iteration (in text: `histogram`), else from the option
    of that name, else every exit round is equally likely. Segments are taken
    whole, greedily; ties go to the earlier layer.

    Needs encoded bytes (`crania-assign-layouts`). Decisions that are there
    already are kept, and the store bytes they take.
  }];
  let options = [
    Option<"retain", "retain", "bool", "true",
           "Use the weight store; false streams everything">,
    ListOption<"exitHistogram", "exit-histogram", "double",
               "Fraction of inputs that stop after each round, adding up to 1">,
  ];
}

def PlaceSegments : Pass<"crania-place-segments", "::mlir::ModuleOp"> {
  let summary = "Give each segment its address in the weight image";
  let description = [{
    Segments follow one another in the order in which an inference consumes them:
    layer by layer, cluster by cluster, each aligned to a DRAM burst. Addresses
    that are there already are kept, and new segments go behind them.

    Needs encoded bytes (`crania-assign-layouts`) and `crania.target`.
  }];
}

#endif // CRANIA_DIALECT_CRANIA_TRANSFORMS_PASSES_TD
