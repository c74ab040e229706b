// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_PIPELINES_PIPELINE_H
#define CRANIA_PIPELINES_PIPELINE_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace crania {

/// Options of the compilation of a classifier in linalg to a program of the
/// machine. They serve `crania-opt --crania-pipeline`, the tools, and programs
/// that embed the compiler.
struct PipelineOptions : public mlir::PassPipelineOptions<PipelineOptions> {
  Option<std::string> function{
      *this, "function",
      llvm::cl::desc("The classifier (default: the function marked "
                     "crania.classifier, or the only public function)"),
      llvm::cl::init("")};
  Option<std::string> target{
      *this, "target",
      llvm::cl::desc("The machine: a preset or the path of a target file"),
      llvm::cl::init("edge")};
  Option<std::string> clusters{
      *this, "clusters",
      llvm::cl::desc("Fractions of the weights per cluster, most important "
                     "first, or equal:K or kmeans:K; 1 is the network as it "
                     "is"),
      llvm::cl::init("0.1,0.2,0.3,0.4")};
  Option<unsigned> shareWeights{
      *this, "share-weights",
      llvm::cl::desc("The most distinct words of the weights of a layer: a "
                     "codebook by k-means (0: no codebook)"),
      llvm::cl::init(0)};
  Option<std::string> scheme{
      *this, "scheme",
      llvm::cl::desc(
          "Scheme of clustering: importance; or importance-corrected or "
          "residual, which need calibration images and 8 bits"),
      llvm::cl::init("importance")};
  Option<std::string> scope{
      *this, "scope",
      llvm::cl::desc("importance: rank the weights within each layer (layer) "
                     "or over all layers (global)"),
      llvm::cl::init("layer")};
  ListOption<double> steps{
      *this, "steps",
      llvm::cl::desc("residual: distance of the codes of each round but the "
                     "last, in root mean squares of an output's weights")};
  Option<double> balance{
      *this, "balance",
      llvm::cl::desc(
          "residual: the steps of a layer are proportional to its size to the "
          "power of half this; 'steps' is for the largest layer"),
      llvm::cl::init(0.5)};
  Option<bool> correct{*this, "correct",
                       llvm::cl::desc("Correct the outputs of rounds of "
                                      "clusters that are chosen on images"),
                       llvm::cl::init(true)};
  Option<bool> compensate{
      *this, "compensate",
      llvm::cl::desc("residual: compensate rounding errors"),
      llvm::cl::init(true)};
  Option<bool> retarget{
      *this, "retarget",
      llvm::cl::desc("residual: compensate errors of earlier layers"),
      llvm::cl::init(true)};
  Option<double> rate{
      *this, "rate",
      llvm::cl::desc("residual: worth of a bit in squared steps"),
      llvm::cl::init(0.1)};
  Option<std::string> metric{
      *this, "metric",
      llvm::cl::desc("importance-corrected: magnitude, or activation for "
                     "magnitude times mean input"),
      llvm::cl::init("magnitude")};
  ListOption<std::string> whole{
      *this, "whole",
      llvm::cl::desc("Layers that stay whole in their first cluster if others "
                     "are clustered on images: first, last")};
  Option<uint64_t> clusterLimit{
      *this, "cluster-limit",
      llvm::cl::desc("Cluster on the first N images (0: all)"),
      llvm::cl::init(128)};
  Option<std::string> exit{
      *this, "exit",
      llvm::cl::desc("Exit rule (softmax, margin, entropy), a colon, and one "
                     "threshold or one per round but the last"),
      llvm::cl::init("softmax:0.9")};
  ListOption<std::string> encodings{
      *this, "encodings",
      llvm::cl::desc(
          "Allowed encodings: raw, bitmap, bitmap-free (default: all)")};
  Option<bool> retain{
      *this, "retain",
      llvm::cl::desc("Keep the most used clusters in the weight store"),
      llvm::cl::init(true)};
  Option<std::string> precision{
      *this, "precision",
      llvm::cl::desc("Arithmetic: f32, i16 or i8; integers need calibration "
                     "images, or ranges in the module"),
      llvm::cl::init("f32")};
  Option<std::string> firstLayer{
      *this, "first-layer",
      llvm::cl::desc(
          "Arithmetic of the first layer, if it differs from 'precision'"),
      llvm::cl::init("")};
  Option<std::string> lastLayer{
      *this, "last-layer",
      llvm::cl::desc(
          "Arithmetic of the last layer, if it differs from 'precision'"),
      llvm::cl::init("")};
  Option<std::string> calibrate{
      *this, "calibrate",
      llvm::cl::desc("Images (.npy) to measure activation ranges on"),
      llvm::cl::init("")};
  Option<std::string> networkLayout{
      *this, "network-layout",
      llvm::cl::desc("Order of the axes of the classifier's input: nchw, nhwc, "
                     "or auto, which asks the readers of the input"),
      llvm::cl::init("auto")};
  Option<std::string> inputLayout{
      *this, "input-layout",
      llvm::cl::desc("Order of the axes of the images: auto, nhwc or nchw"),
      llvm::cl::init("auto")};
  Option<std::string> inputChannels{
      *this, "input-channels",
      llvm::cl::desc("rgb: channels as in the file; bgr: reversed"),
      llvm::cl::init("rgb")};
  Option<double> inputScale{*this, "input-scale",
                            llvm::cl::desc("Factor on the pixels"),
                            llvm::cl::init(1)};
  ListOption<double> inputMean{
      *this, "input-mean",
      llvm::cl::desc(
          "Mean to subtract after scaling: one value, or one per channel")};
  ListOption<double> inputDeviation{
      *this, "input-std",
      llvm::cl::desc("Divisor applied last: one value, or one per channel")};
  Option<uint64_t> calibrateLimit{
      *this, "calibrate-limit",
      llvm::cl::desc("Use only the first N images (0: all)"),
      llvm::cl::init(0)};
  Option<std::string> calibrateRule{
      *this, "calibrate-rule",
      llvm::cl::desc(
          "Rule that derives a range from values: mse, max or percentile:P"),
      llvm::cl::init("mse")};
  ListOption<double> exitHistogram{
      *this, "exit-histogram",
      llvm::cl::desc("Fraction of inputs that stop after each round, from a "
                     "calibration run (default: all equally likely)")};
};

/// Adds the part of the pipeline that decides the arithmetic. It calibrates and
/// quantizes classifiers of level 1. It only checks them if all layers are f32
/// by the options and by the attributes of the module (`crania.precision`).
void buildArithmeticPipeline(mlir::OpPassManager &manager,
                             const PipelineOptions &options);

/// Adds the part after it, which compiles classifiers whose arithmetic is
/// decided.
void buildCompilationPipeline(mlir::OpPassManager &manager,
                              const PipelineOptions &options);

/// Adds the whole pipeline, from level 1 (a module with a classifier in linalg)
/// to level 5 (programs of the machine, and host code that runs them).
void buildCraniaPipeline(mlir::OpPassManager &manager,
                         const PipelineOptions &options);

/// Registers `crania-pipeline`.
void registerCraniaPipeline();

} // namespace crania

#endif // CRANIA_PIPELINES_PIPELINE_H
