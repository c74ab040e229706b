// RUN: not crania-opt %s --crania-cluster-weights=clusters=0.5,0.6 2>&1 | FileCheck %s

// CHECK: error: clusters '0.5,0.6': the fractions add up to 1.100000; give fractions that add up to 1
module {}
