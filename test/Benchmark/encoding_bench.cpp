// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// usage: encoding-bench FILE...
//
// Encodes and decodes each file of int8 weights with the encodings and with
// zstd -19 and xz -9e, in one thread, and prints one JSON object per line and
// coder. Compares every decoded array with the file. encodings.py uses this
// program.

#include "crania/Encoding/BlockDirectory.h"
#include "crania/Encoding/SegmentEncoding.h"
#include "crania/Support/File.h"

#include <lzma.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <functional>

using namespace crania;
using namespace crania::encoding;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t blockWeights = 4096;
/// The numbers of laps and runs. Encodings take turns, and the fastest run of
/// each counts, because other processes share caches and cores only some of the
/// time.
constexpr unsigned laps = 8, lapRuns = 3, runs = laps * lapRuns;

/// The form in which the weights of a file reach an encoding.
enum class Zeros { arePresent, areAbsent };

struct Configuration {
  const char *encoding;
  Zeros zeros;
  unsigned valueLanes = 0; // 0: the encoding's default
  unsigned tableLog = defaultTableLog;
  unsigned extraBits = maxExtraBits;
};

constexpr Configuration configurations[] = {
    {"dense+tans", Zeros::arePresent},
    {"dense+tans", Zeros::arePresent, 1},
    {"dense+tans", Zeros::arePresent, 4},
    {"dense+tans", Zeros::arePresent, 8},
    {"dense+tans", Zeros::arePresent, 16},
    {"dense+tans", Zeros::arePresent, 0, 10},
    {"dense+tans", Zeros::arePresent, 0, 14},
    {"dense+tans", Zeros::arePresent, 0, 8},
    {"dense+tans", Zeros::arePresent, 0, 6},
    {"dense+tans", Zeros::arePresent, 0, 8, 0},
    {"dense+tans", Zeros::arePresent, 0, 6, 0},
    {"dense+huffman", Zeros::arePresent},
    {"dense+huffman", Zeros::arePresent, 0, 6},
    {"dense+huffman", Zeros::arePresent, 0, 6, 0},
    {"dense+packed", Zeros::arePresent},
    {"dense+delta", Zeros::arePresent},
    {"conditional+tans", Zeros::areAbsent},
    {"conditional+tans", Zeros::areAbsent, 4},
    {"golomb+tans", Zeros::areAbsent},
    {"runs+huffman", Zeros::areAbsent},
    {"bitmap+codebook", Zeros::areAbsent},
};

struct Figures {
  std::string coder;
  size_t bytes = 0;
  double encodeSeconds = 0, decodeSeconds = 0;
  /// The area of a lane that decodes values with its tables, and the energy per
  /// value; 0 for a coder without such a decoder.
  double laneUm2 = 0, picojoules = 0;
};

[[noreturn]] void fail(const std::string &what) {
  std::fprintf(stderr, "encoding-bench: error: %s\n", what.c_str());
  std::exit(1);
}

/// Returns the processor time of this thread, because others share the machine.
double threadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

double fastest(unsigned times, const std::function<void()> &run) {
  double best = 0;
  for (unsigned i = 0; i < times; ++i) {
    double begin = threadSeconds();
    run();
    double seconds = threadSeconds() - begin;
    best = i == 0 ? seconds : std::min(best, seconds);
  }
  return best;
}

std::vector<BlockCodes> cutIntoBlocks(const Bytes &weights, Zeros zeros) {
  std::vector<BlockCodes> blocks;
  for (size_t begin = 0; begin < weights.size(); begin += blockWeights) {
    BlockCodes block;
    size_t end = std::min(begin + blockWeights, weights.size());
    for (size_t i = begin; i < end; ++i) {
      bool isPresent = zeros == Zeros::arePresent || weights[i] != 0;
      block.present.push_back(isPresent);
      if (isPresent)
        block.values.push_back(weights[i]);
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

/// Decodes like a machine: tables and directory once, then block by block.
void decodeSegment(const SegmentEncoding &encoding,
                   const EncodedSegment &segment,
                   const std::vector<BlockCodes> &expected, bool isCompared) {
  auto coder = encoding.parse(segment.tables, 8);
  if (!coder)
    fail(coder.error().message);
  auto sizes = parseDirectory(segment.directory, expected.size());
  if (!sizes)
    fail(sizes.error().message);
  size_t offset = 0;
  Span<const uint8_t> bytes = segment.blocks;
  for (size_t i = 0; i < expected.size(); ++i) {
    BlockContext context;
    context.positions = expected[i].present.size();
    context.valueBits = 8;
    auto codes = (*coder)->decode(bytes.slice(offset, (*sizes)[i]), context);
    if (!codes)
      fail(codes.error().message);
    offset += (*sizes)[i];
    if (isCompared && (codes->present != expected[i].present ||
                       codes->values != expected[i].values))
      fail(std::string(encoding.id()) + " gives other weights back");
  }
}

std::string nameOf(const Configuration &configuration) {
  std::string name = configuration.encoding;
  if (configuration.valueLanes != 0)
    name += " " + std::to_string(configuration.valueLanes) + " lanes";
  if (configuration.tableLog != defaultTableLog)
    name += " 2^" + std::to_string(configuration.tableLog) + " states";
  if (configuration.extraBits != maxExtraBits)
    name += " " + std::to_string(configuration.extraBits) + " extra bits";
  return name;
}

/// An encoding and the weights of a file, cut into blocks.
class EncodingRun {
public:
  EncodingRun(const Configuration &configuration, const Bytes &weights)
      : encoding(*findSegmentEncoding(configuration.encoding)),
        blocks(cutIntoBlocks(weights, configuration.zeros)) {
    for (const BlockCodes &block : blocks) {
      BlockContext context;
      context.positions = block.present.size();
      context.valueBits = 8;
      views.push_back({&block, context});
    }
    options.valueLanes = configuration.valueLanes;
    options.tableLog = configuration.tableLog;
    options.mostExtraBits = configuration.extraBits;
    figures.coder = nameOf(configuration);
    encode();
    figures.bytes = segment.bytes();
    const DecoderCost values = segment.coder->cost().values;
    figures.laneUm2 = values.areaUm2() / values.lanes;
    figures.picojoules = values.picojoulesPerSymbol();
    decodeSegment(encoding, segment, blocks, true);
  }

  void lap() {
    improve(figures.encodeSeconds, fastest(lapRuns, [&] { encode(); }));
    improve(figures.decodeSeconds, fastest(lapRuns, [&] {
              decodeSegment(encoding, segment, blocks, false);
            }));
  }

  const Figures &result() const { return figures; }

private:
  void encode() {
    auto encoded = encodeSegment(encoding, views, options);
    if (!encoded)
      fail(encoded.error().message);
    segment = std::move(*encoded);
  }

  static void improve(double &best, double seconds) {
    best = best == 0 ? seconds : std::min(best, seconds);
  }

  const SegmentEncoding &encoding;
  std::vector<BlockCodes> blocks;
  std::vector<BlockView> views;
  TrainingOptions options;
  EncodedSegment segment;
  Figures figures;
};

Figures measureZstd(const Bytes &weights) {
  constexpr int level = 19;
  Figures figures;
  figures.coder = "zstd -19";
  Bytes encoded(ZSTD_compressBound(weights.size())), decoded(weights.size());
  figures.encodeSeconds = fastest(1, [&] {
    figures.bytes = ZSTD_compress(encoded.data(), encoded.size(),
                                  weights.data(), weights.size(), level);
  });
  if (ZSTD_isError(figures.bytes))
    fail(ZSTD_getErrorName(figures.bytes));
  figures.decodeSeconds = fastest(runs, [&] {
    ZSTD_decompress(decoded.data(), decoded.size(), encoded.data(),
                    figures.bytes);
  });
  if (decoded != weights)
    fail("zstd gives other weights back");
  return figures;
}

Figures measureXz(const Bytes &weights) {
  constexpr uint32_t preset = 9 | LZMA_PRESET_EXTREME;
  Figures figures;
  figures.coder = "xz -9e";
  Bytes encoded(lzma_stream_buffer_bound(weights.size())),
      decoded(weights.size());
  figures.encodeSeconds = fastest(1, [&] {
    figures.bytes = 0;
    lzma_ret result = lzma_easy_buffer_encode(
        preset, LZMA_CHECK_CRC64, nullptr, weights.data(), weights.size(),
        encoded.data(), &figures.bytes, encoded.size());
    if (result != LZMA_OK)
      fail("xz does not encode");
  });
  figures.decodeSeconds = fastest(runs, [&] {
    uint64_t memory = UINT64_MAX;
    size_t from = 0, to = 0;
    lzma_ret result = lzma_stream_buffer_decode(
        &memory, 0, nullptr, encoded.data(), &from, figures.bytes,
        decoded.data(), &to, decoded.size());
    if (result != LZMA_OK)
      fail("xz does not decode");
  });
  if (decoded != weights)
    fail("xz gives other weights back");
  return figures;
}

void print(const std::string &file, const Bytes &weights,
           const Figures &figures) {
  double megabytes = double(weights.size()) / 1e6;
  std::printf(
      "{\"file\": \"%s\", \"coder\": \"%s\", \"bits_per_weight\": %.6f, "
      "\"encode_MBps\": %.1f, \"decode_MBps\": %.1f, \"lane_um2\": %.0f, "
      "\"picojoules\": %.3f}\n",
      file.c_str(), figures.coder.c_str(),
      8 * double(figures.bytes) / double(weights.size()),
      megabytes / figures.encodeSeconds, megabytes / figures.decodeSeconds,
      figures.laneUm2, figures.picojoules);
  std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    Result<Bytes> weights = readFile(argv[i]);
    if (!weights)
      fail(weights.error().message);
    // Views point into the runs, so these must not move.
    std::deque<EncodingRun> encodingRuns;
    for (const Configuration &configuration : configurations)
      encodingRuns.emplace_back(configuration, *weights);
    for (unsigned lap = 0; lap < laps; ++lap)
      for (EncodingRun &run : encodingRuns)
        run.lap();
    for (const EncodingRun &run : encodingRuns)
      print(argv[i], *weights, run.result());
    print(argv[i], *weights, measureZstd(*weights));
    print(argv[i], *weights, measureXz(*weights));
  }
}
