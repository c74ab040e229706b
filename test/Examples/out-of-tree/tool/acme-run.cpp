// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Runs a device binary on one input, and prints the exit round, then a logit
// per line. Usage: acme-run net.crania [--without-key] < input.f32

#include "acme/ScrambledCodec.h"
#include "crania/DeviceBinary/DeviceBinary.h"
#include "crania/Runtime/Session.h"

#include <cstdio>
#include <string>

using namespace crania;

static int fail(const Error &error) {
  std::fprintf(stderr, "acme-run: error: %s\n", error.message.c_str());
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 2)
    return fail({"usage: acme-run net.crania [--without-key] < input.f32"});
  // A machine without the key cannot run scrambled weights.
  if (argc < 3 || std::string(argv[2]) != "--without-key")
    acme::registerScrambledEncoding();
  auto binary = binary::DeviceBinary::load(argv[1]);
  if (!binary)
    return fail(binary.error());
  auto executable = runtime::Executable::load(*binary, 0);
  if (!executable)
    return fail(executable.error());
  runtime::Session session(*executable);
  std::vector<float> input((*executable)->inputElements());
  if (std::fread(input.data(), sizeof(float), input.size(), stdin) !=
      input.size())
    return fail({"the input has " + std::to_string(input.size()) + " values"});
  auto ticket = session.submit(input);
  if (!ticket)
    return fail(ticket.error());
  if (Status status = session.run(); !status)
    return fail(status.error());
  auto answer = session.poll(*ticket);
  if (!answer)
    return fail(answer.error());
  std::printf("exit round %u\n", (*answer)->exitRound);
  for (float logit : (*answer)->logits)
    std::printf("%a\n", logit);
  return 0;
}
