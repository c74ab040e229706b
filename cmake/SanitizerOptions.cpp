// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linked into every executable of a build with sanitizers.

// libMLIR.so is built without AddressSanitizer and shares a bump allocator with
// our code, which poisons what it frees: storage that libMLIR.so then hands out
// would be reported as a use after poison.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0";
}
