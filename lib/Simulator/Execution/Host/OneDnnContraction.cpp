// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OneDnnContraction.h"
#include "ChannelsLast.h"
#include "TrustedKernels.h"

#include <dnnl.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// oneDNN runs on OpenMP threads: one per caller, since callers are the threads
// here. Declared by hand because clang does not ship omp.h.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" void omp_set_num_threads(int count);

using namespace crania::simulator;

namespace {

/// An owned object of oneDNN's C interface.
template <typename T, dnnl_status_t (*destroy)(T)>
class Owned {
public:
  Owned() = default;
  explicit Owned(T object) : object(object) {}
  Owned(Owned &&other) noexcept
      : object(std::exchange(other.object, nullptr)) {}
  Owned &operator=(Owned &&other) noexcept {
    std::swap(object, other.object);
    return *this;
  }
  ~Owned() {
    if (object)
      destroy(object);
  }
  explicit operator bool() const { return object != nullptr; }
  T get() const { return object; }
  T *out() { return &object; }

private:
  T object = nullptr;
};

using PrimitiveDesc = Owned<dnnl_primitive_desc_t, dnnl_primitive_desc_destroy>;
using Iterator =
    Owned<dnnl_primitive_desc_iterator_t, dnnl_primitive_desc_iterator_destroy>;
using Attributes = Owned<dnnl_primitive_attr_t, dnnl_primitive_attr_destroy>;
using Primitive = Owned<dnnl_primitive_t, dnnl_primitive_destroy>;
using Memory = Owned<dnnl_memory_t, dnnl_memory_destroy>;
using Stream = Owned<dnnl_stream_t, dnnl_stream_destroy>;
using Desc = dnnl_memory_desc_t;

/// The one CPU engine; it lives as long as the process.
dnnl_engine_t hostEngine() {
  static dnnl_engine_t engine = [] {
    dnnl_engine_t created = nullptr;
    dnnl_engine_create(&created, dnnl_cpu, 0);
    return created;
  }();
  return engine;
}

dnnl_data_type_t typeOf(HostElement element) {
  switch (element) {
  case HostElement::f32:
    return dnnl_f32;
  case HostElement::u8:
    return dnnl_u8;
  default:
    return dnnl_s8;
  }
}

size_t bytesOf(dnnl_data_type_t type) {
  return type == dnnl_f32 || type == dnnl_s32 ? 4 : 1;
}

Memory memoryOf(const Desc &desc, void *data) {
  Memory memory;
  dnnl_memory_create(memory.out(), &desc, hostEngine(), data);
  return memory;
}

/// Scratch memory by the caller; f32 in f32, whatever the process allows
/// oneDNN otherwise.
Attributes attributesOfAll() {
  Attributes attributes;
  dnnl_primitive_attr_create(attributes.out());
  dnnl_primitive_attr_set_scratchpad_mode(attributes.get(),
                                          dnnl_scratchpad_mode_user);
  dnnl_primitive_attr_set_fpmath_mode(attributes.get(),
                                      dnnl_fpmath_mode_strict);
  return attributes;
}

Desc queryDesc(const PrimitiveDesc &desc, dnnl_query_t what) {
  return *dnnl_primitive_desc_query_md(desc.get(), what, 0);
}

const char *nameOf(const PrimitiveDesc &desc) {
  const char *name = "";
  dnnl_primitive_desc_query(desc.get(), dnnl_query_impl_info_str, 0,
                            static_cast<void *>(&name));
  return name;
}

/// The first of oneDNN's implementations, in its own order, that is trusted;
/// none if there is no such.
PrimitiveDesc firstTrusted(const dnnl_convolution_desc_t &operation,
                           const ContractionShape &shape, HostIsa isa) {
  const Attributes attributes = attributesOfAll();
  Iterator implementations;
  if (dnnl_primitive_desc_iterator_create(implementations.out(), &operation,
                                          attributes.get(), hostEngine(),
                                          nullptr))
    return PrimitiveDesc();
  do {
    PrimitiveDesc desc(
        dnnl_primitive_desc_iterator_fetch(implementations.get()));
    if (isTrustedConvolution(nameOf(desc), shape, isa))
      return desc;
  } while (!dnnl_primitive_desc_iterator_next(implementations.get()));
  return PrimitiveDesc();
}

/// None if oneDNN would make it with code that is not trusted.
PrimitiveDesc trustedReorder(const Desc &from, const Desc &to) {
  PrimitiveDesc desc;
  const Attributes attributes = attributesOfAll();
  if (dnnl_reorder_primitive_desc_create(desc.out(), &from, hostEngine(), &to,
                                         hostEngine(), attributes.get()) ||
      !isTrustedReorder(nameOf(desc)))
    return PrimitiveDesc();
  return desc;
}

/// From one memory order to another; no primitive if they are the same.
struct Reorder {
  static std::optional<Reorder> create(const Desc &from, const Desc &to) {
    Reorder reorder;
    if (dnnl_memory_desc_equal(&from, &to))
      return reorder;
    const PrimitiveDesc desc = trustedReorder(from, to);
    if (!desc || dnnl_primitive_create(reorder.primitive.out(), desc.get()))
      return std::nullopt;
    reorder.scratch = queryDesc(desc, dnnl_query_scratchpad_md);
    return reorder;
  }

  Primitive primitive;
  Desc scratch = {};
};

/// The copy between a plane and oneDNN's order of it, if that is one of
/// ChannelsLast.
std::optional<ChannelsLast> channelsLast(const Desc &plane, const Desc &order) {
  Desc dense;
  dnnl_memory_desc_init_by_tag(&dense, plane.ndims, plane.dims, plane.data_type,
                               dnnl_nhwc);
  if (!dnnl_memory_desc_equal(&dense, &order))
    return std::nullopt;
  const dnnl_dims_t &strides = plane.format_desc.blocking.strides;
  return ChannelsLast::create({uint32_t(plane.dims[1]), uint32_t(plane.dims[2]),
                               uint32_t(plane.dims[3]), strides[1], strides[2],
                               strides[3]},
                              bytesOf(plane.data_type));
}

/// One dimension of a window, with the input cut down to what is read of it:
/// oneDNN has no negative padding.
struct Window {
  int64_t skip;          // input elements before the first that is read
  int64_t input;         // elements from there on
  int64_t before, after; // padding
};

std::optional<Window> cut(int64_t input, int64_t outputs, int64_t stride,
                          int64_t kernel, int64_t dilation, int64_t pad) {
  const int64_t reach = (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  Window window;
  window.skip = std::max<int64_t>(-pad, 0);
  window.before = std::max<int64_t>(pad, 0);
  window.input = std::min(input - window.skip, reach - window.before);
  if (window.input <= 0) // nothing but padding
    return std::nullopt;
  window.after = reach - window.before - window.input;
  return window;
}

} // namespace

/// Weights in oneDNN's orders, by matrix and rows of it.
class crania::simulator::OneDnnWeights {
public:
  std::shared_ptr<const Memory> reordered(const void *rows, const Desc &plain,
                                          const Desc &wanted) {
    auto &orders = byRows[{rows, size_t(plain.dims[0])}];
    for (const Entry &entry : orders)
      if (dnnl_memory_desc_equal(&entry.order, &wanted) &&
          dnnl_memory_desc_equal(&entry.plain, &plain))
        return entry.memory;
    auto memory =
        std::make_shared<Memory>(memoryOf(wanted, DNNL_MEMORY_ALLOCATE));
    if (!reorder(rows, plain, wanted, *memory))
      return nullptr;
    orders.push_back({plain, wanted, memory});
    return memory;
  }

private:
  struct Entry {
    Desc plain, order;
    std::shared_ptr<const Memory> memory;
  };

  static bool reorder(const void *rows, const Desc &plain, const Desc &wanted,
                      const Memory &to) {
    const PrimitiveDesc desc = trustedReorder(plain, wanted);
    if (!desc)
      return false;
    Primitive primitive;
    Stream stream;
    // oneDNN reads from what it takes as not const.
    const Memory from = memoryOf(plain, const_cast<void *>(rows));
    const Memory scratch = memoryOf(queryDesc(desc, dnnl_query_scratchpad_md),
                                    DNNL_MEMORY_ALLOCATE);
    const std::array<dnnl_exec_arg_t, 3> arguments = {
        {{DNNL_ARG_FROM, from.get()},
         {DNNL_ARG_TO, to.get()},
         {DNNL_ARG_SCRATCHPAD, scratch.get()}}};
    return !dnnl_primitive_create(primitive.out(), desc.get()) &&
           !dnnl_stream_create(stream.out(), hostEngine(),
                               dnnl_stream_default_flags) &&
           !dnnl_primitive_execute(primitive.get(), stream.get(),
                                   int(arguments.size()), arguments.data()) &&
           !dnnl_stream_wait(stream.get());
  }

  std::map<std::pair<const void *, size_t>, std::vector<Entry>> byRows;
};

namespace {

/// Whole groups, or outputs of a single one, as one convolution.
class Convolution {
public:
  static std::unique_ptr<Convolution> create(const ContractionShape &shape,
                                             uint32_t begin, uint32_t end,
                                             const void *matrix, HostIsa isa,
                                             OneDnnWeights &weights) {
    auto convolution = std::make_unique<Convolution>();
    convolution->isa = isa;
    if (!convolution->plan(shape, begin, end, matrix, weights))
      return nullptr;
    return convolution;
  }

  size_t scratchBytes() const { return bytes; }
  const std::string &implementation() const { return name; }

  bool takesBias() const {
    return transposeOut && output.data_type == dnnl_f32;
  }

  void run(const void *input, void *output, void *scratch,
           const ChannelBias *bias) const {
    std::unique_ptr<Bound> bound = acquire();
    bound->run(*this,
               static_cast<uint8_t *>(const_cast<void *>(input)) + inputOffset,
               static_cast<uint8_t *>(output) + outputOffset,
               static_cast<uint8_t *>(scratch), bias);
    release(std::move(bound));
  }

private:
  /// oneDNN's views of the memories of one run at a time. Kept from run to run,
  /// because making them takes longer than a small convolution.
  struct Bound {
    explicit Bound(const Convolution &c)
        : inputPlane(memoryOf(c.inputPlane, DNNL_MEMORY_NONE)),
          input(memoryOf(c.input, DNNL_MEMORY_NONE)),
          output(memoryOf(c.output, DNNL_MEMORY_NONE)),
          outputPlane(memoryOf(c.outputPlane, DNNL_MEMORY_NONE)),
          scratchIn(memoryOf(c.in.scratch, DNNL_MEMORY_NONE)),
          scratchOut(memoryOf(c.out.scratch, DNNL_MEMORY_NONE)),
          scratch(memoryOf(c.scratch, DNNL_MEMORY_NONE)) {
      dnnl_stream_create(stream.out(), hostEngine(), dnnl_stream_default_flags);
    }

    void run(const Convolution &c, uint8_t *from, uint8_t *to,
             uint8_t *workspace, const ChannelBias *bias) {
      uint8_t *ordered = c.copiesInput() ? workspace : from;
      uint8_t *result = c.copiesOutput() ? workspace + c.outputAt : to;
      uint8_t *rest = workspace + c.scratchAt;
      place(input, ordered);
      place(output, result);
      place(scratch, rest);
      if (c.transposeIn) {
        c.transposeIn->fromPlane(from, ordered);
      } else if (c.in.primitive) {
        place(inputPlane, from);
        reorder(c.in, inputPlane, input, scratchIn, rest);
      }
      const std::array<dnnl_exec_arg_t, 4> arguments = {
          {{DNNL_ARG_SRC, input.get()},
           {DNNL_ARG_WEIGHTS, c.weights->get()},
           {DNNL_ARG_DST, output.get()},
           {DNNL_ARG_SCRATCHPAD, scratch.get()}}};
      dnnl_primitive_execute(c.primitive.get(), stream.get(),
                             int(arguments.size()), arguments.data());
      if (bias) {
        c.transposeOut->toPlane(result, to, *bias);
      } else if (c.transposeOut) {
        c.transposeOut->toPlane(result, to);
      } else if (c.out.primitive) {
        place(outputPlane, to);
        reorder(c.out, output, outputPlane, scratchOut, rest);
      }
    }

  private:
    void place(const Memory &memory, void *data) const {
      dnnl_memory_set_data_handle_v2(memory.get(), data, stream.get());
    }
    void reorder(const Reorder &reorder, const Memory &from, const Memory &to,
                 const Memory &scratch, void *workspace) const {
      place(scratch, workspace);
      const std::array<dnnl_exec_arg_t, 3> arguments = {
          {{DNNL_ARG_FROM, from.get()},
           {DNNL_ARG_TO, to.get()},
           {DNNL_ARG_SCRATCHPAD, scratch.get()}}};
      dnnl_primitive_execute(reorder.primitive.get(), stream.get(),
                             int(arguments.size()), arguments.data());
    }

    Memory inputPlane, input, output, outputPlane;
    Memory scratchIn, scratchOut, scratch;
    Stream stream;
  };

  bool plan(const ContractionShape &shape, uint32_t begin, uint32_t end,
            const void *matrix, OneDnnWeights &packed);
  bool describePlanes(const ContractionShape &shape, const Window &rows,
                      const Window &columns);
  bool createPrimitive(const ContractionShape &shape, const Window &rows,
                       const Window &columns);
  bool planCopies();
  Desc plainWeights(const ContractionShape &shape) const;
  void layOutScratch();
  bool copiesInput() const { return transposeIn || in.primitive; }
  bool copiesOutput() const { return transposeOut || out.primitive; }

  std::unique_ptr<Bound> acquire() const {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (!idle.empty()) {
        std::unique_ptr<Bound> bound = std::move(idle.back());
        idle.pop_back();
        return bound;
      }
    }
    return std::make_unique<Bound>(*this);
  }
  void release(std::unique_ptr<Bound> bound) const {
    std::lock_guard<std::mutex> lock(mutex);
    idle.push_back(std::move(bound));
  }

  HostIsa isa = HostIsa::portable;
  std::string name;                          // of oneDNN's implementation
  int64_t groups = 1, outputs = 1;           // per group
  int64_t inputOffset = 0, outputOffset = 0; // bytes
  Desc inputPlane = {}, outputPlane = {};    // as the machine has them
  Desc input = {}, output = {}, weightOrder = {}, scratch = {};
  std::optional<ChannelsLast> transposeIn, transposeOut;
  Reorder in, out; // where these are none
  Primitive primitive;
  std::shared_ptr<const Memory> weights;
  size_t outputAt = 0, scratchAt = 0, bytes = 0; // of the caller's scratch
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<Bound>> idle;
};

} // namespace

bool Convolution::plan(const ContractionShape &shape, uint32_t begin,
                       uint32_t end, const void *matrix,
                       OneDnnWeights &packed) {
  const bool isPartOfGroup = end - begin < shape.outputs;
  groups = isPartOfGroup ? 1 : (end - begin) / shape.outputs;
  outputs = isPartOfGroup ? end - begin : shape.outputs;
  const auto rows =
      cut(shape.inputPlane.height, shape.outputPlane.height, shape.strideH,
          shape.kernelH, shape.dilationH, shape.padTop);
  const auto columns =
      cut(shape.inputPlane.width, shape.outputPlane.width, shape.strideW,
          shape.kernelW, shape.dilationW, shape.padLeft);
  if (!rows || !columns || !describePlanes(shape, *rows, *columns) ||
      !createPrimitive(shape, *rows, *columns))
    return false;
  const HostPlane &from = shape.inputPlane;
  const uint32_t firstChannel = begin / shape.outputs * shape.channels;
  inputOffset =
      (firstChannel * from.channelStride + rows->skip * from.rowStride +
       columns->skip * from.columnStride) *
      int64_t(bytesOf(inputPlane.data_type));
  outputOffset = begin * shape.outputPlane.channelStride *
                 int64_t(bytesOf(outputPlane.data_type));
  const size_t weightBytes = bytesOf(typeOf(shape.weights));
  weights = packed.reordered(static_cast<const uint8_t *>(matrix) +
                                 size_t(begin) * shape.depth() * weightBytes,
                             plainWeights(shape), weightOrder);
  layOutScratch();
  return weights != nullptr;
}

/// False if oneDNN cannot describe the strides.
bool Convolution::describePlanes(const ContractionShape &shape,
                                 const Window &rows, const Window &columns) {
  auto describe = [](Desc &desc, const HostPlane &plane, int64_t channels,
                     int64_t height, int64_t width, dnnl_data_type_t type) {
    const dnnl_dims_t dims = {1, channels, height, width};
    // Strides of single elements do not matter, but oneDNN looks at them.
    auto stride = [](int64_t extent, int64_t stride) {
      return extent == 1 ? 1 : stride;
    };
    const dnnl_dims_t strides = {1, stride(channels, plane.channelStride),
                                 stride(height, plane.rowStride),
                                 stride(width, plane.columnStride)};
    return std::all_of(strides, strides + 4,
                       [](int64_t stride) { return stride > 0; }) &&
           !dnnl_memory_desc_init_by_strides(&desc, 4, dims, type, strides);
  };
  const bool isF32 = shape.weights == HostElement::f32;
  return describe(inputPlane, shape.inputPlane, groups * shape.channels,
                  rows.input, columns.input, typeOf(shape.input)) &&
         describe(outputPlane, shape.outputPlane, groups * outputs,
                  shape.outputPlane.height, shape.outputPlane.width,
                  isF32 ? dnnl_f32 : dnnl_s32);
}

/// The matrix's rows as they are, (group,) output, channel, row, column.
Desc Convolution::plainWeights(const ContractionShape &shape) const {
  const dnnl_dims_t grouped = {groups, outputs, shape.channels, shape.kernelH,
                               shape.kernelW};
  const int hasGroups = groups > 1;
  Desc desc;
  dnnl_memory_desc_init_by_tag(&desc, 4 + hasGroups, grouped + (1 - hasGroups),
                               typeOf(shape.weights),
                               hasGroups ? dnnl_goihw : dnnl_oihw);
  return desc;
}

bool Convolution::createPrimitive(const ContractionShape &shape,
                                  const Window &rows, const Window &columns) {
  auto inAnyOrder = [](const Desc &desc) {
    Desc any;
    dnnl_memory_desc_init_by_tag(&any, desc.ndims, desc.dims, desc.data_type,
                                 dnnl_format_tag_any);
    return any;
  };
  const Desc from = inAnyOrder(inputPlane), to = inAnyOrder(outputPlane);
  const Desc matrix = inAnyOrder(plainWeights(shape));
  const dnnl_dims_t strides = {shape.strideH, shape.strideW};
  const dnnl_dims_t gaps = {shape.dilationH - 1, shape.dilationW - 1};
  const dnnl_dims_t before = {rows.before, columns.before};
  const dnnl_dims_t after = {rows.after, columns.after};
  dnnl_convolution_desc_t operation;
  if (dnnl_dilated_convolution_forward_desc_init(
          &operation, dnnl_forward_inference, dnnl_convolution_direct, &from,
          &matrix, nullptr, &to, strides, gaps, before, after))
    return false;
  const PrimitiveDesc desc = firstTrusted(operation, shape, isa);
  if (!desc || dnnl_primitive_create(primitive.out(), desc.get()))
    return false;
  name = nameOf(desc);
  input = queryDesc(desc, dnnl_query_src_md);
  output = queryDesc(desc, dnnl_query_dst_md);
  weightOrder = queryDesc(desc, dnnl_query_weights_md);
  scratch = queryDesc(desc, dnnl_query_scratchpad_md);
  return planCopies();
}

/// Plans the copies of planes to and from the memory order of oneDNN.
bool Convolution::planCopies() {
  auto reorderIn = Reorder::create(inputPlane, input);
  auto reorderOut = Reorder::create(output, outputPlane);
  if (!reorderIn || !reorderOut)
    return false;
  in = std::move(*reorderIn);
  out = std::move(*reorderOut);
  if (in.primitive)
    transposeIn = channelsLast(inputPlane, input);
  if (out.primitive)
    transposeOut = channelsLast(outputPlane, output);
  return true;
}

void Convolution::layOutScratch() {
  auto place = [this](size_t size) {
    const size_t at = bytes;
    constexpr size_t alignment = HostContraction::scratchAlignment;
    bytes += (size + alignment - 1) / alignment * alignment;
    return at;
  };
  if (copiesInput())
    place(dnnl_memory_desc_get_size(&input));
  outputAt = bytes;
  if (copiesOutput())
    place(dnnl_memory_desc_get_size(&output));
  scratchAt = bytes;
  place(std::max({dnnl_memory_desc_get_size(&scratch),
                  dnnl_memory_desc_get_size(&in.scratch),
                  dnnl_memory_desc_get_size(&out.scratch)}));
}

namespace {

class OneDnnContraction final : public HostContraction {
public:
  explicit OneDnnContraction(std::vector<std::unique_ptr<Convolution>> parts)
      : parts(std::move(parts)) {
    for (const auto &part : this->parts) {
      bytes = std::max(bytes, part->scratchBytes());
      name += (name.empty() ? "oneDNN " : ", ") + part->implementation();
    }
  }

  void run(const void *input, void *output, void *scratch,
           const ChannelBias *bias) const override {
    omp_set_num_threads(1);
    for (const auto &part : parts)
      part->run(input, output, scratch, bias);
  }
  bool takesBias() const override {
    return parts.size() == 1 && parts[0]->takesBias();
  }
  size_t scratchBytes() const override { return bytes; }
  const char *implementation() const override { return name.c_str(); }

private:
  std::vector<std::unique_ptr<Convolution>> parts;
  std::string name;
  size_t bytes = 0;
};

} // namespace

OneDnnPlanner::OneDnnPlanner(HostIsa isa)
    : isa(isa), weights(std::make_unique<OneDnnWeights>()) {}
OneDnnPlanner::~OneDnnPlanner() = default;

std::shared_ptr<const HostContraction>
OneDnnPlanner::plan(const ContractionShape &shape, const void *matrix) {
  const dnnl_version_t &release = *dnnl_version();
  if (shape.accumulate || shape.weights == HostElement::i16 ||
      !isTrustedRelease(release.major, release.minor))
    return nullptr;
  omp_set_num_threads(1);
  std::vector<std::unique_ptr<Convolution>> parts;
  for (uint32_t begin = shape.outputBegin; begin < shape.outputEnd;) {
    // All groups that are whole from here on, or what is computed of one.
    const uint32_t wholeGroups = begin % shape.outputs == 0
                                     ? (shape.outputEnd - begin) / shape.outputs
                                     : 0;
    const uint32_t endOfGroup = (begin / shape.outputs + 1) * shape.outputs;
    const uint32_t end = wholeGroups > 0
                             ? begin + wholeGroups * shape.outputs
                             : std::min(endOfGroup, shape.outputEnd);
    auto part = Convolution::create(shape, begin, end, matrix, isa, *weights);
    if (!part)
      return nullptr;
    parts.push_back(std::move(part));
    begin = end;
  }
  return std::make_shared<OneDnnContraction>(std::move(parts));
}
