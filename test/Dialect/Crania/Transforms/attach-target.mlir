// RUN: crania-opt %s --crania-attach-target=target=edge-lite | FileCheck %s --check-prefix=PRESET
// RUN: echo '{"name": "mine", "array": {"rows": 8}}' > %t.json
// RUN: crania-opt %s --crania-attach-target=target=%t.json | FileCheck %s --check-prefix=FILE
// RUN: crania-opt %s --crania-attach-target=target=edge-lite --crania-attach-target=target=edge | FileCheck %s --check-prefix=PRESET
// RUN: not crania-opt %s --crania-attach-target=target=egde 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// PRESET: module attributes {crania.target = #crania.target<"edge-lite">}
// FILE: #crania.target<"mine", "{{.*}}rows{{.*}}8
// UNKNOWN: error: {{.*}}egde
module {}
