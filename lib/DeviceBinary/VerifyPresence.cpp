// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Verify.h"

#include <cstdint>
#include <string>

namespace crania::binary {

namespace {

/// Records the first field that is missing or that cannot be read in place.
class Presence {
public:
  bool operator()(const void *field, const char *name) {
    if (!field && missing.empty())
      missing = name;
    return field;
  }

  /// Checks a vector of 8-byte elements, whose alignment the FlatBuffers
  /// verifier does not check.
  template <typename VectorOf8>
  bool wide(const VectorOf8 *field, const char *name) {
    if (!(*this)(field, name))
      return false;
    bool aligned = field->size() == 0 ||
                   reinterpret_cast<uintptr_t>(field->Data()) % 8 == 0;
    if (!aligned && misaligned.empty())
      misaligned = name;
    return aligned;
  }

  std::string missing, misaligned;
};

void visit(const Segment &s, Presence &has) {
  has(s.encoding(), "Segment.encoding");
  has.wide(s.block_offsets(), "Segment.block_offsets");
  has(s.block_tiles(), "Segment.block_tiles");
  has(s.refined_words(), "Segment.refined_words");
}

void visit(const Weights &w, Presence &has) {
  has(w.name(), "Weights.name");
  if (!has(w.segments(), "Weights.segments"))
    return;
  for (const Segment *segment : *w.segments())
    visit(*segment, has);
}

void visit(const Access *a, const char *name, Presence &has) {
  if (!has(a, name) || !has(a->dims(), "Access.dims"))
    return;
  for (const AccessDim *dim : *a->dims())
    has(dim->coefficients(), "AccessDim.coefficients");
}

void visit(const Contract &c, Presence &has) {
  has(c.input(), "Contract.input");
  has(c.output(), "Contract.output");
}

void visit(const Vector &v, Presence &has) {
  has(v.extents(), "Vector.extents");
  has.wide(v.code(), "Vector.code");
  visit(v.output(), "Vector.output", has);
  if (!has(v.inputs(), "Vector.inputs"))
    return;
  for (const Access *input : *v.inputs())
    visit(input, "Vector.inputs", has);
}

void visit(const Copy &c, Presence &has) {
  has.wide(c.source_strides(), "Copy.source_strides");
  has.wide(c.destination_strides(), "Copy.destination_strides");
  has(c.extents(), "Copy.extents");
}

void visit(const Command &c, Presence &has) {
  has(c.after(), "Command.after");
  // The FlatBuffers verifier accepts a union of a type that it does not know.
  bool known =
      c.body_type() > CommandBody::NONE && c.body_type() <= CommandBody::MAX;
  if (!has(known ? c.body() : nullptr, "Command.body"))
    return;
  if (const Fetch *fetch = c.body_as_Fetch())
    has(fetch->clusters(), "Fetch.clusters");
  if (const Contract *contract = c.body_as_Contract())
    visit(*contract, has);
  if (const Vector *vector = c.body_as_Vector())
    visit(*vector, has);
  if (const Copy *copy = c.body_as_Copy())
    visit(*copy, has);
}

void visit(const Port *p, const char *name, Presence &has) {
  if (has(p, name))
    has(p->shape(), "Port.shape");
}

void visitBuffers(const Program &p, Presence &has) {
  if (!has(p.buffers(), "Program.buffers"))
    return;
  for (const Buffer *buffer : *p.buffers())
    has(buffer->name(), "Buffer.name");
}

void visitWeights(const Program &p, Presence &has) {
  if (!has(p.weights(), "Program.weights"))
    return;
  for (const Weights *weights : *p.weights())
    visit(*weights, has);
}

void visitRounds(const Program &p, Presence &has) {
  if (!has(p.rounds(), "Program.rounds"))
    return;
  for (const Round *round : *p.rounds()) {
    if (!has(round->commands(), "Round.commands"))
      return;
    for (const Command *command : *round->commands())
      visit(*command, has);
  }
}

void visit(const Program &p, Presence &has) {
  has(p.name(), "Program.name");
  has(p.target(), "Program.target");
  has(p.labels(), "Program.labels");
  has.wide(p.thresholds(), "Program.thresholds");
  visit(p.input(), "Program.input", has);
  visit(p.logits(), "Program.logits", has);
  visitBuffers(p, has);
  visitWeights(p, has);
  visitRounds(p, has);
}

} // namespace

Status verifyPresence(const Bundle &bundle) {
  Presence has;
  has(bundle.producer(), "Bundle.producer");
  if (has(bundle.programs(), "Bundle.programs"))
    for (const Program *program : *bundle.programs())
      visit(*program, has);
  if (!has.missing.empty())
    return Error{"device binary lacks the field " + has.missing +
                 "; write empty vectors and strings, do not leave them out"};
  if (!has.misaligned.empty())
    return Error{"device binary is damaged: the elements of " + has.misaligned +
                 " are not aligned"};
  return {};
}

} // namespace crania::binary
