// RUN: not crania-opt %s --crania-pipeline 2>&1 | FileCheck %s

// A module without a classifier is told how to get one.
// CHECK: error: 'builtin.module' op has no classifier and 0 public functions: mark one with 'crania.classifier' or the option 'function'
module {}
