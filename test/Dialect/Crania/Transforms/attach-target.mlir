// RUN: crania-opt %s --crania-attach-target=target=edge-lite | FileCheck %s --check-prefix=PRESET
// RUN: echo '{"name": "mine", "array": {"rows": 8}}' > %t.json
// RUN: crania-opt %s --crania-attach-target=target=%t.json | FileCheck %s --check-prefix=FILE
// RUN: crania-opt %s --crania-attach-target=target=edge-lite --crania-attach-target=target=edge | FileCheck %s --check-prefix=PRESET
// RUN: not crania-opt %s --crania-attach-target=target=egde 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// PRESET: module attributes {crania.target = #crania.target<"edge-lite">}
// FILE: #crania.target<"mine", "{\0A  \22name\22: \22mine\22,\0A  \22clock_mhz\22: 200.0,\0A  \22array\22: {\0A    \22rows\22: 8,\0A
// UNKNOWN: error: 'egde' is neither a target file nor a preset; the presets are edge, edge-lite, eie-lite, eie, eyeriss, zc706
module {}
