// RUN: not crania-opt %s --crania-check-classifiers=function=nothing 2>&1 | FileCheck %s

// CHECK: error: 'builtin.module' op has no function 'nothing'
module {}
