// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The weight images of a device binary, as a table and as a picture.

#include "crania/Encoding/SegmentSearch.h"
#include "crania/Simulator/Program/ProgramView.h"
#include "crania/Target/DmaRate.h"
#include "crania/Translation/DeviceBinary/DeviceBinaryTranslation.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Format.h"

#include <optional>

using namespace mlir;
using namespace crania;
using simulator::ProgramView;

namespace {

struct SegmentRow {
  const binary::Segment *segment;
  uint64_t values = 0;
  uint64_t cycles = 0; ///< cycles to decode all blocks
};

struct TensorRow {
  std::string name;
  uint64_t weights = 0, bytes = 0;
  uint64_t decodeCycles = 0; ///< to decode all clusters, tables included
  double dramCycles = 0;
  /// Bits that an ideal order-0 coder takes for the cluster and word of each
  /// weight. If clusters refine, it codes the words of a cluster given those of
  /// the clusters before. Only words of up to 16 bits have it.
  std::optional<double> entropyBits;
  std::vector<SegmentRow> segments;

  double bitsPerWeight() const { return 8 * double(bytes) / double(weights); }
  double entropyPerWeight() const { return *entropyBits / double(weights); }
  double ratio() const { return 8 * double(bytes) / *entropyBits; }
};

/// A reader that decodes the weights of a program and counts them.
class ImageReader {
public:
  explicit ImageReader(const ProgramView &program) : program(program) {}

  Result<TensorRow> read(uint32_t w) const {
    TensorRow row;
    const encoding::Tiling &tiling = program.tiling(w);
    row.name = program.weights(w).name()->str();
    row.weights = tiling.elements();
    constexpr unsigned widestWord = 16;
    const unsigned wordBits = 8 * binary::bytesOf(program.weights(w).element());
    const bool isRefining = binary::isRefining(program.weights(w));
    const bool isCounted = wordBits <= widestWord;
    if (isCounted)
      row.entropyBits = 0;
    // With importance clusters, all clusters share the counts.
    std::vector<uint64_t> counts;
    if (isCounted && !isRefining)
      counts.resize(size_t(program.clusters(w)) << wordBits);
    Known known;
    uint64_t load = 0;
    for (unsigned c = 0; c < program.clusters(w); ++c) {
      SegmentRow &segment = row.segments.emplace_back();
      segment.segment = &program.segment(w, c);
      if (isCounted && isRefining)
        counts.assign(mostKnown << wordBits, 0);
      if (Status status = count(w, c, known, segment, counts); !status)
        return Error{"cluster " + std::to_string(c + 1) + " of '" + row.name +
                     "': " + status.error().message};
      load = std::max(load, program.coder(w, c).cost().loadCycles());
      row.bytes += segment.segment->bytes();
      row.decodeCycles += segment.cycles;
      if (isCounted && isRefining)
        *row.entropyBits += conditionalBits(counts, wordBits);
    }
    row.decodeCycles += load;
    row.dramCycles =
        double(row.bytes) / target::streamBytesPerCycle(program.target());
    if (isCounted && !isRefining)
      row.entropyBits = encoding::orderZeroBits(counts);
    return row;
  }

private:
  /// The conditions that earlier clusters give for positions, by tile
  /// (ProgramView::contextOf).
  using Known = std::vector<std::vector<uint8_t>>;
  static constexpr size_t mostKnown = 256;

  /// Returns the entropy in bits of words given the known conditions, from the
  /// joint counts of both.
  static double conditionalBits(ArrayRef<uint64_t> counts, unsigned wordBits) {
    double bits = 0;
    const size_t words = size_t(1) << wordBits;
    for (size_t k = 0; k < mostKnown; ++k)
      bits += encoding::orderZeroBits(
          Span<const uint64_t>(counts.data() + k * words, words));
    return bits;
  }

  Status count(uint32_t w, unsigned c, Known &known, SegmentRow &row,
               std::vector<uint64_t> &counts) const {
    const encoding::Tiling &tiling = program.tiling(w);
    known.resize(tiling.tiles());
    const bool isRefining = binary::isRefining(program.weights(w));
    const unsigned wordBits = 8 * binary::bytesOf(program.weights(w).element());
    const auto &decoder = program.target().decoder;
    auto blocks = program.blocksOf(w, c, 0, uint32_t(tiling.tiles()));
    if (!blocks)
      return blocks.error();
    for (uint32_t id = blocks->begin; id < blocks->end; ++id) {
      const ProgramView::Block &block = program.block(id);
      std::vector<uint8_t> here;
      for (uint32_t t = block.tileBegin; t < block.tileEnd; ++t) {
        known[t].resize(tiling.tile(t).positions());
        llvm::append_range(here, known[t]);
      }
      const Span<const uint8_t> bytes = program.bytesOf(block);
      Result<encoding::BlockCodes> codes = program.coder(w, c).decode(
          bytes.slice(block.headBytes, bytes.size() - block.headBytes),
          program.contextOf(block, here));
      if (!codes)
        return codes.error();
      row.values += codes->values.size();
      row.cycles += program.coder(w, c).decodeCycles(
          here.size(), codes->values.size(),
          encoding::DecoderShape{decoder.lanes, decoder.blocks});
      if (!counts.empty())
        for (auto [i, word] : llvm::enumerate(codes->values))
          ++counts[size_t(isRefining ? here[i] : c) << wordBits | word];
      if (Status status = program.noteKnown(block, *codes, here); !status)
        return status;
      const uint8_t *next = here.data();
      for (uint32_t t = block.tileBegin; t < block.tileEnd; ++t)
        for (uint8_t &of : known[t])
          of = *next++;
    }
    return {};
  }

  const ProgramView &program;
};

/// Returns the tensors of a program in the order of their places in the image.
Result<std::vector<TensorRow>> readImage(const ProgramView &program) {
  std::vector<TensorRow> rows;
  for (uint32_t w = 0; w < program.program().weights()->size(); ++w) {
    Result<TensorRow> row = ImageReader(program).read(w);
    if (!row)
      return row.error();
    rows.push_back(std::move(*row));
  }
  llvm::sort(rows, [](const TensorRow &a, const TensorRow &b) {
    return std::pair(a.segments.front().segment->address(), a.name) <
           std::pair(b.segments.front().segment->address(), b.name);
  });
  return rows;
}

void printSegment(const SegmentRow &row, raw_ostream &os) {
  const binary::Segment &segment = *row.segment;
  os << llvm::format(
            "%10llu %10llu %8u  ", (unsigned long long)segment.address(),
            (unsigned long long)segment.bytes(), unsigned(segment.cluster()))
     << llvm::left_justify(segment.encoding()->string_view(), 20)
     << llvm::format(" %8llu %6u %8llu %10llu\n",
                     (unsigned long long)segment.block_offsets()->Get(0),
                     unsigned(segment.block_tiles()->size() - 1),
                     (unsigned long long)row.values,
                     (unsigned long long)row.cycles);
}

void printTensor(const TensorRow &row, raw_ostream &os) {
  os << row.name << ": " << row.weights << " weights, " << row.bytes << " B, "
     << llvm::format("%.3f bits per weight", row.bitsPerWeight());
  if (row.entropyBits)
    os << llvm::format(", entropy %.3f, ratio %.4f", row.entropyPerWeight(),
                       row.ratio());
  os << llvm::format("; decoding %llu of %.0f cycles of DRAM\n",
                     (unsigned long long)row.decodeCycles, row.dramCycles);
}

void printMap(const ProgramView &program, ArrayRef<TensorRow> rows,
              raw_ostream &os) {
  const target::TargetModel &target = program.target();
  os << "image of " << program.name() << ": " << program.image().size()
     << " B at " << program.program().image_offset()
     << llvm::format(", decoder of %.0f um2, +%.2f %% with the store\n",
                     program.decoderUm2(),
                     target.areaOverheadPercent(program.widestPrecision(),
                                                program.decoderUm2()))
     << "   address      bytes  cluster  encoding                 tables blocks"
        "   values     cycles\n";
  for (const TensorRow &row : rows) {
    printTensor(row, os);
    for (const SegmentRow &segment : row.segments)
      printSegment(segment, os);
  }
}

//===----------------------------------------------------------------------===//
// Picture
//===----------------------------------------------------------------------===//

constexpr double rowHeight = 22, barHeight = 14, barsBegin = 190,
                 barsWidth = 560, textGap = 8, titleHeight = 34,
                 pageWidth = 960;
constexpr StringLiteral clusterColours[] = {"#1b4965", "#5fa8d3", "#9fd3c7",
                                            "#f4a259", "#bc4b51", "#8d6a9f"};

void printEscaped(StringRef text, raw_ostream &os) {
  for (char c : text)
    switch (c) {
    case '<':
      os << "&lt;";
      break;
    case '&':
      os << "&amp;";
      break;
    default:
      os << c;
    }
}

void drawText(double x, double y, StringRef anchor, const Twine &text,
              raw_ostream &os) {
  os << llvm::format("<text x=\"%.1f\" y=\"%.1f\" ", x, y) << "text-anchor=\""
     << anchor << "\">";
  printEscaped(text.str(), os);
  os << "</text>\n";
}

/// Draws a bar of the clusters' bytes, with a mark at the entropy.
void drawTensor(const TensorRow &row, double scale, double y, raw_ostream &os) {
  const double baseline = y + barHeight - 3;
  drawText(barsBegin - textGap, baseline, "end", row.name, os);
  double x = barsBegin;
  for (const SegmentRow &segment : row.segments) {
    const double width = double(segment.segment->bytes()) * scale;
    const size_t colour =
        (segment.segment->cluster() - 1) % std::size(clusterColours);
    os << llvm::format("<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" "
                       "height=\"%.1f\" fill=\"",
                       x, y, width, barHeight)
       << clusterColours[colour] << "\"><title>cluster "
       << segment.segment->cluster() << ": ";
    printEscaped(segment.segment->encoding()->string_view(), os);
    os << ", " << segment.segment->bytes() << " B at "
       << segment.segment->address() << "</title></rect>\n";
    x += width;
  }
  std::string figures;
  llvm::raw_string_ostream text(figures);
  text << llvm::format("%.2f bits", row.bitsPerWeight());
  if (row.entropyBits) {
    const double mark = barsBegin + *row.entropyBits / 8 * scale;
    os << llvm::format("<line x1=\"%.2f\" y1=\"%.1f\" x2=\"%.2f\" y2=\"%.1f\" "
                       "stroke=\"#000\" stroke-width=\"1.5\"/>\n",
                       mark, y - 2, mark, y + barHeight + 2);
    text << llvm::format(" = %.3f x entropy", row.ratio());
  }
  drawText(pageWidth - textGap, baseline, "end", figures, os);
}

double drawProgram(const ProgramView &program, ArrayRef<TensorRow> rows,
                   double y, raw_ostream &os) {
  uint64_t largest = 1;
  for (const TensorRow &row : rows)
    largest = std::max(largest, row.bytes);
  os << "<g font-weight=\"bold\">";
  drawText(textGap, y + titleHeight - 12, "start",
           Twine(program.name()) + ": weight image of " +
               Twine(program.image().size()) + " bytes; clusters by color, " +
               "entropy marked",
           os);
  os << "</g>\n";
  y += titleHeight;
  for (const TensorRow &row : rows) {
    drawTensor(row, barsWidth / double(largest), y, os);
    y += rowHeight;
  }
  return y;
}

/// A program and the rows of its image.
struct Image {
  ProgramView program;
  std::vector<TensorRow> rows;
};

FailureOr<std::vector<Image>> readImages(const binary::DeviceBinary &binary,
                                         Location loc) {
  std::vector<Image> images;
  for (size_t i = 0; i < binary.programCount(); ++i) {
    Result<ProgramView> program = ProgramView::create(binary, i);
    if (!program)
      return emitError(loc) << program.error().message;
    Result<std::vector<TensorRow>> rows = readImage(*program);
    if (!rows)
      return emitError(loc)
             << "program '" << program->name() << "': " << rows.error().message;
    images.push_back({std::move(*program), std::move(*rows)});
  }
  return images;
}

} // namespace

LogicalResult crania::dumpImage(const binary::DeviceBinary &binary,
                                Location loc, raw_ostream &os) {
  FailureOr<std::vector<Image>> images = readImages(binary, loc);
  if (failed(images))
    return failure();
  for (const Image &image : *images)
    printMap(image.program, image.rows, os);
  return success();
}

LogicalResult crania::plotImage(const binary::DeviceBinary &binary,
                                Location loc, raw_ostream &os) {
  FailureOr<std::vector<Image>> images = readImages(binary, loc);
  if (failed(images))
    return failure();
  double height = textGap;
  for (const Image &image : *images)
    height += titleHeight + rowHeight * double(image.rows.size());
  os << llvm::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
                     "height=\"%.0f\" font-family=\"sans-serif\" "
                     "font-size=\"12\">\n",
                     pageWidth, height)
     << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  double y = 0;
  for (const Image &image : *images)
    y = drawProgram(image.program, image.rows, y, os);
  os << "</svg>\n";
  return success();
}
