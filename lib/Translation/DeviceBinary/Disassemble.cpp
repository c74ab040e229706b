// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The text form of device binaries for people, with one line per command.

#include "crania/DeviceBinary/VectorTraits.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace crania;
using namespace crania::binary;

namespace {

template <typename Range>
void printList(raw_ostream &os, const Range &values) {
  os << "[";
  llvm::interleaveComma(values, os, [&](auto value) { os << +value; });
  os << "]";
}

/// Formats a number with enough digits to tell any two floats apart.
auto decimals(double value) { return llvm::format("%.9g", value); }

/// Prints a half-open range, as everywhere in the format.
void printTiles(raw_ostream &os, uint32_t begin, uint32_t end) {
  os << " tiles [" << begin << ", " << end << ")";
}

class Disassembler {
public:
  Disassembler(const Program &program, raw_ostream &os)
      : program(program), os(os) {}

  void print(uint64_t imageBytes);

private:
  void printPort(StringRef role, const Port &port);
  void printBuffer(const Buffer &buffer);
  void printWeights(const Weights &weights);
  void printCommand(size_t index, const Command &command);
  void printBody(const Command &command);
  void printFetch(const Fetch &fetch);
  void printContract(const Contract &contract);
  void printPlane(const Plane &plane);
  void printVector(const Vector &vector);
  void printAccess(const Access &access);
  void printInstruction(size_t target, const VectorInstruction &instruction);
  void printCopy(const Copy &copy);

  StringRef bufferName(uint32_t index) {
    return program.buffers()->Get(index)->name()->string_view();
  }
  StringRef weightsName(uint32_t index) {
    return program.weights()->Get(index)->name()->string_view();
  }

  const Program &program;
  raw_ostream &os;
};

void Disassembler::print(uint64_t imageBytes) {
  os << "program " << program.name()->string_view() << ": "
     << program.rounds()->size() << " rounds, "
     << EnumNameElementType(program.precision()) << ", exit "
     << EnumNameExitRule(program.exit_rule()) << " ";
  llvm::interleave(
      *program.thresholds(), os, [&](double value) { os << decimals(value); },
      "/");
  os << ", image " << imageBytes << " B, DRAM " << program.dram_bytes()
     << " B\n";
  printPort("input", *program.input());
  printPort("logits", *program.logits());
  for (const Buffer *buffer : *program.buffers())
    printBuffer(*buffer);
  for (const Weights *weights : *program.weights())
    printWeights(*weights);
  for (size_t round = 0; round < program.rounds()->size(); ++round) {
    os << "  round " << round + 1 << "\n";
    const auto &commands = *program.rounds()->Get(round)->commands();
    for (size_t i = 0; i < commands.size(); ++i)
      printCommand(i, *commands.Get(i));
  }
}

void Disassembler::printPort(StringRef role, const Port &port) {
  os << "  " << role << " " << bufferName(port.buffer()) << " ";
  printList(os, *port.shape());
  os << " " << EnumNameElementType(port.element());
  if (port.layout() != PortLayout::nchw)
    os << " layout " << EnumNamePortLayout(port.layout());
  if (port.scale() != 0)
    os << " scale " << decimals(port.scale());
  os << "\n";
}

void Disassembler::printBuffer(const Buffer &buffer) {
  os << "  buffer " << buffer.name()->string_view() << ": "
     << EnumNameSpace(buffer.space()) << " [" << buffer.offset() << ", "
     << buffer.offset() + buffer.bytes() << ") "
     << EnumNameElementType(buffer.element()) << "\n";
}

void Disassembler::printWeights(const Weights &weights) {
  os << "  weights " << weights.name()->string_view() << ": "
     << weights.groups() << " x " << weights.outputs() << " x "
     << weights.depth() << " " << EnumNameElementType(weights.element())
     << ", tiles of " << weights.tile_outputs() << " x " << weights.tile_depth()
     << "\n";
  for (const Segment *segment : *weights.segments()) {
    os << "    cluster " << segment->cluster() << ": "
       << segment->encoding()->string_view() << ", image ["
       << segment->address() << ", " << segment->address() + segment->bytes()
       << "), " << segment->block_tiles()->size() - 1 << " blocks, "
       << EnumNameResidency(segment->residency());
    if (segment->residency() == Residency::retained)
      os << " at " << segment->store_offset();
    if (segment->refined_words()->size() != 0)
      os << ", " << segment->refined_words()->size()
         << " words that the next cluster refines";
    os << "\n";
  }
}

void Disassembler::printCommand(size_t index, const Command &command) {
  os << llvm::format("    %4zu ", index);
  printBody(command);
  if (command.follows() >= 0)
    os << " follows " << command.follows();
  if (command.after()->size() != 0) {
    os << " after ";
    printList(os, *command.after());
  }
  StringRef label = program.labels()->Get(command.label())->string_view();
  if (!label.empty())
    os << "  ; " << label;
  os << "\n";
}

void Disassembler::printBody(const Command &command) {
  switch (command.body_type()) {
  case CommandBody::Fetch:
    return printFetch(*command.body_as_Fetch());
  case CommandBody::Release:
    os << "release " << weightsName(command.body_as_Release()->weights())
       << " cluster " << command.body_as_Release()->cluster();
    return;
  case CommandBody::Contract:
    return printContract(*command.body_as_Contract());
  case CommandBody::Vector:
    return printVector(*command.body_as_Vector());
  case CommandBody::Copy:
    return printCopy(*command.body_as_Copy());
  case CommandBody::ExitTest: {
    const ExitTest &test = *command.body_as_ExitTest();
    os << "exit_test " << bufferName(test.logits()) << "+" << test.offset()
       << " classes " << test.classes();
    return;
  }
  case CommandBody::NONE:
    return;
  }
}

void Disassembler::printFetch(const Fetch &fetch) {
  os << "fetch " << weightsName(fetch.weights()) << " clusters ";
  printList(os, *fetch.clusters());
  os << " " << EnumNameResidency(fetch.residency());
  printTiles(os, fetch.tile_begin(), fetch.tile_end());
}

void Disassembler::printPlane(const Plane &plane) {
  os << bufferName(plane.buffer()) << "+" << plane.offset() << " "
     << plane.channels() << "x" << plane.height() << "x" << plane.width()
     << " strides [" << plane.channel_stride() << ", " << plane.row_stride()
     << ", " << plane.column_stride() << "]";
}

void Disassembler::printContract(const Contract &contract) {
  os << "contract " << weightsName(contract.weights()) << " clusters 1.."
     << contract.clusters();
  printTiles(os, contract.tile_begin(), contract.tile_end());
  os << " ";
  printPlane(*contract.input());
  os << (contract.accumulate() ? " +-> " : " -> ");
  printPlane(*contract.output());
  os << " kernel " << contract.kernel_h() << "x" << contract.kernel_w()
     << " stride " << contract.stride_h() << "x" << contract.stride_w()
     << " dilation " << contract.dilation_h() << "x" << contract.dilation_w()
     << " pad " << contract.pad_top() << "x" << contract.pad_left();
}

/// Prints an access such as `x+0 [0 + 1*i0 of 6 by 784]`: buffer and offset,
/// then index, extent and stride of each dimension.
void Disassembler::printAccess(const Access &access) {
  os << bufferName(access.buffer()) << "+" << access.offset() << " [";
  llvm::interleaveComma(*access.dims(), os, [&](const AccessDim *dim) {
    os << dim->start();
    for (unsigned i = 0; i < dim->coefficients()->size(); ++i)
      if (int32_t coefficient = dim->coefficients()->Get(i))
        os << " + " << coefficient << "*i" << i;
    os << " of " << dim->extent() << " by " << dim->stride();
  });
  os << "]";
}

void Disassembler::printInstruction(size_t target,
                                    const VectorInstruction &instruction) {
  os << "r" << target << " = " << EnumNameVectorOp(instruction.op()) << " "
     << EnumNameElementType(instruction.type());
  if (instruction.op() == VectorOp::constant && isFloat(instruction.type())) {
    os << " " << decimals(instruction.immediate());
    return;
  }
  uint16_t operands[] = {instruction.a(), instruction.b(), instruction.c()};
  for (unsigned i = 0; i < operandsOf(instruction.op()); ++i)
    os << " r" << operands[i];
  if (traitsOf(instruction.op()).immediate != Immediate::none)
    os << " " << instruction.integer();
}

void Disassembler::printVector(const Vector &vector) {
  os << "vector loops ";
  printList(os, *vector.extents());
  for (const Access *input : *vector.inputs()) {
    os << " ";
    printAccess(*input);
  }
  os << " -> ";
  printAccess(*vector.output());
  os << " {";
  size_t next = vector.inputs()->size() + 1;
  llvm::interleave(
      *vector.code(), os,
      [&](const VectorInstruction *code) { printInstruction(next++, *code); },
      "; ");
  os << "}";
  if (vector.reduces())
    os << " reduces";
  if (vector.reduces() && vector.initialized())
    os << " from " << decimals(vector.initial());
}

void Disassembler::printCopy(const Copy &copy) {
  os << "copy " << EnumNamePurpose(copy.purpose()) << " ";
  printList(os, *copy.extents());
  os << " " << bufferName(copy.source()) << "+" << copy.source_offset()
     << " strides ";
  printList(os, *copy.source_strides());
  os << " -> " << bufferName(copy.destination()) << "+"
     << copy.destination_offset() << " strides ";
  printList(os, *copy.destination_strides());
}

} // namespace

void crania::disassemble(const DeviceBinary &binary, raw_ostream &os) {
  os << "producer " << binary.bundle().producer()->string_view() << "\n";
  for (size_t i = 0; i < binary.programCount(); ++i)
    Disassembler(binary.program(i), os).print(binary.image(i).size());
}
