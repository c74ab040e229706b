// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// repair-checksum FILE: recomputes the checksum of a device binary in place, so
// that a test can alter its contents on purpose.

#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Support/File.h"

#include <cstdio>

using namespace crania;

static int fail(const Error &error) {
  std::fprintf(stderr, "repair-checksum: error: %s\n", error.message.c_str());
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fputs("usage: repair-checksum FILE\n", stderr);
    return 1;
  }
  Result<std::vector<uint8_t>> bytes = readFile(argv[1]);
  if (!bytes)
    return fail(bytes.error());
  if (Status repaired = binary::repairChecksum(*bytes); !repaired)
    return fail(repaired.error());
  if (Status written = writeFileAtomically(argv[1], *bytes); !written)
    return fail(written.error());
  return 0;
}
