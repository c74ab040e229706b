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
      llvm::cl::desc("The classifier (default: what is marked, or the only "
                     "public function)"),
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
      llvm::cl::desc("Different words of the weights of a layer at most: a "
                     "codebook by k-means (0: as they are)"),
      llvm::cl::init(0)};
  Option<std::string> scheme{
      *this, "scheme",
      llvm::cl::desc("How weights are clustered: importance; on calibration "
                     "images, in 8 bits, importance-corrected or residual"),
      llvm::cl::init("importance")};
  Option<std::string> scope{
      *this, "scope",
      llvm::cl::desc("importance: what is ranked together, the weights of a "
                     "layer, or global"),
      llvm::cl::init("layer")};
  ListOption<double> steps{
      *this, "steps",
      llvm::cl::desc("residual: distance of the codes of each round but the "
                     "last, in root mean squares of an output's weights")};
  Option<double> balance{
      *this, "balance",
      llvm::cl::desc("residual: steps go with the size of the layer to the "
                     "power of half this; those given are of the largest"),
      llvm::cl::init(0.5)};
  Option<bool> correct{
      *this, "correct",
      llvm::cl::desc("Correct outputs of rounds of clusters on images"),
      llvm::cl::init(true)};
  Option<bool> compensate{
      *this, "compensate",
      llvm::cl::desc("residual: make up for rounding errors"),
      llvm::cl::init(true)};
  Option<bool> retarget{
      *this, "retarget",
      llvm::cl::desc("residual: make up for what earlier layers lost"),
      llvm::cl::init(true)};
  Option<double> rate{
      *this, "rate",
      llvm::cl::desc("residual: what a bit is worth in squared steps"),
      llvm::cl::init(0.1)};
  Option<std::string> metric{
      *this, "metric",
      llvm::cl::desc("importance-corrected: magnitude, or activation for "
                     "magnitude times mean input"),
      llvm::cl::init("magnitude")};
  ListOption<std::string> whole{
      *this, "whole",
      llvm::cl::desc("Layers that are whole in their first cluster if others "
                     "are clustered on images: first, last")};
  Option<uint64_t> clusterLimit{
      *this, "cluster-limit",
      llvm::cl::desc("Clusters on the first N of the images (0: all)"),
      llvm::cl::init(128)};
  Option<std::string> exit{
      *this, "exit",
      llvm::cl::desc("Exit rule (softmax, margin, entropy), a colon, and one "
                     "threshold or one per round but the last"),
      llvm::cl::init("softmax:0.9")};
  ListOption<std::string> layouts{
      *this, "layouts",
      llvm::cl::desc(
          "Allowed layouts: raw, bitmap, bitmap-free (default: all)")};
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
      llvm::cl::desc("Arithmetic of the first layer, if it is another"),
      llvm::cl::init("")};
  Option<std::string> lastLayer{
      *this, "last-layer",
      llvm::cl::desc("Arithmetic of the last layer, if it is another"),
      llvm::cl::init("")};
  Option<std::string> calibrate{
      *this, "calibrate",
      llvm::cl::desc("Images (.npy) to measure activation ranges on"),
      llvm::cl::init("")};
  Option<std::string> networkLayout{
      *this, "network-layout",
      llvm::cl::desc("Order of the axes of the classifier's input: nchw, nhwc, "
                     "or auto, by what reads it"),
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
      llvm::cl::desc("How a range follows from values: mse, max or "
                     "percentile:P"),
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
