// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Compiles a network and runs it on one input, all in one process: consumer
// net.onnx input.f32. Prints the exit round and the class.

#include "crania/Import/ONNX/Import.h"
#include "crania/InitAllDialects.h"
#include "crania/Pipelines/Compile.h"
#include "crania/Runtime/Session.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace crania;

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  auto model = llvm::MemoryBuffer::getFile(argv[1]);
  auto data = llvm::MemoryBuffer::getFile(argv[2]);
  if (argc < 3 || !model || !data)
    return 1;
  auto module = importOnnx((*model)->getBuffer(), &context, argv[1]);
  if (!module)
    return 1;
  auto bytes = compileToDeviceBinary(std::move(module), CompileOptions());
  if (mlir::failed(bytes))
    return 1;
  auto binary = binary::DeviceBinary::parse(std::move(*bytes));
  auto executable = runtime::Executable::load(*binary, 0);
  runtime::Session session(*executable);
  std::vector<float> input((*executable)->inputElements());
  std::memcpy(input.data(), (*data)->getBufferStart(),
              input.size() * sizeof(float));
  auto ticket = session.submit(input);
  if (!session.run())
    return 1;
  auto answer = session.poll(*ticket);
  const std::vector<float> &logits = (*answer)->logits;
  std::printf(
      "round %u class %d\n", (*answer)->exitRound,
      int(std::max_element(logits.begin(), logits.end()) - logits.begin()));
}
