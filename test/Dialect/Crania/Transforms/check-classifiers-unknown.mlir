// RUN: not crania-opt %s --crania-check-classifiers=function=nothing 2>&1 | FileCheck %s

// CHECK: error: has no function 'nothing'
module {}
