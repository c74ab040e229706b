// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Driver/ModuleInput.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using llvm::StringRef;

namespace {

/// Bytes of the largest page of x86-64 and AArch64 that allocators commonly
/// align to (2 MiB). A blob has no use for more.
constexpr uint32_t largestAlignment = 1U << 21;

/// Bytes that bytecode is aligned to: a page, which no blob of a network needs
/// to exceed.
constexpr size_t bytecodeAlignment = 4096;

bool isBareWord(char c) {
  return llvm::isAlnum(c) || c == '_' || c == '$' || c == '.';
}

/// The complaint about a blob's text, "0x", the alignment in four bytes,
/// little-endian, and the data; empty if MLIR's parser can judge it.
std::string alignmentFault(StringRef key, StringRef blob) {
  std::string bytes;
  constexpr size_t digits = 2 * sizeof(uint32_t);
  // Blobs without data are not allocated, and are printed with alignment 0.
  if (!blob.consume_front("0x") || blob.size() <= digits ||
      !llvm::tryGetFromHex(blob.take_front(digits), bytes))
    return {};
  const uint32_t alignment = llvm::support::endian::read32le(bytes.data());
  const bool zero = alignment == 0;
  if (!zero &&
      (!llvm::isPowerOf2_32(alignment) || alignment <= largestAlignment))
    return {};
  return ("resource '" + key + "' has alignment " + llvm::Twine(alignment) +
          " in its first four bytes; give a power of two, little-endian, from "
          "1 to " +
          llvm::Twine(largestAlignment) + ", such as 0x04000000 for f32")
      .str();
}

/// Walks over the tokens of MLIR text, as far as the resources need it.
class ResourceScanner {
public:
  explicit ResourceScanner(StringRef text) : text(text) {}

  std::optional<crania::TextFault> scan() {
    while (at < text.size()) {
      if (startsWith("//"))
        at = std::min(text.find('\n', at), text.size());
      else if (startsWith("{-#"))
        enterMetadata();
      else if (startsWith("#-}"))
        inMetadata = false, at += 3;
      else if (text[at] == '"') {
        if (auto fault = takeWord(takeString()))
          return fault;
      } else if (inMetadata && isBareWord(text[at]))
        takeWord(takeBareWord());
      else
        takePunctuation();
    }
    return std::nullopt;
  }

private:
  bool startsWith(StringRef token) const {
    return text.substr(at).starts_with(token);
  }

  void enterMetadata() {
    inMetadata = true;
    path.clear();
    word = {};
    isValue = false;
    at += 3;
  }

  /// Takes the characters between two quotes. A string ends with its line.
  StringRef takeString() {
    const size_t begin = ++at;
    while ((at = text.find_first_of("\"\\\n", at)) != StringRef::npos &&
           text[at] == '\\')
      at += 2;
    at = std::min(at, text.size());
    StringRef content = text.slice(begin, at);
    at = std::min(at + 1, text.size());
    return content;
  }

  StringRef takeBareWord() {
    const size_t begin = at;
    while (at < text.size() && isBareWord(text[at]))
      ++at;
    return text.slice(begin, at);
  }

  void takePunctuation() {
    const char c = text[at++];
    if (c == '{') {
      path.push_back(word);
      isValue = false;
    } else if (c == '}' && !path.empty()) {
      path.pop_back();
    } else if (c == ':' || c == ',') {
      isValue = c == ':';
    }
  }

  /// A key, or the value of the key before it.
  std::optional<crania::TextFault> takeWord(StringRef taken) {
    // Section, dialect and key of a resource: two braces are open.
    if (inMetadata && isValue && path.size() == 2 &&
        path.front() == "dialect_resources") {
      std::string fault = alignmentFault(word, taken);
      if (!fault.empty())
        return crania::TextFault{size_t(taken.data() - text.data()), fault};
    }
    if (!isValue)
      word = taken;
    return std::nullopt;
  }

  StringRef text;
  size_t at = 0;
  bool inMetadata = false;
  bool isValue = false;
  /// The last key.
  StringRef word;
  /// Keys of the braces that are open.
  llvm::SmallVector<StringRef> path;
};

} // namespace

std::optional<crania::TextFault> crania::findTextFault(StringRef module) {
  if (module.starts_with("ML\xefR"))
    return std::nullopt;
  return ResourceScanner(module).scan();
}

bool crania::printTextFault(const llvm::MemoryBuffer &module) {
  std::optional<TextFault> fault = findTextFault(module.getBuffer());
  if (!fault)
    return true;
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBuffer(module.getMemBufferRef(),
                                       /*RequiresNullTerminator=*/false),
      llvm::SMLoc());
  auto where =
      llvm::SMLoc::getFromPointer(module.getBufferStart() + fault->offset);
  auto [line, column] = sources.getLineAndColumn(where);
  // The line itself may hold megabytes of weights.
  llvm::errs() << module.getBufferIdentifier() << ":" << line << ":" << column
               << ": error: " << fault->message << "\n";
  return false;
}

std::unique_ptr<llvm::MemoryBuffer>
crania::alignBytecode(std::unique_ptr<llvm::MemoryBuffer> module) {
  const llvm::Align alignment(bytecodeAlignment);
  if (!mlir::isBytecode(*module) ||
      llvm::isAddrAligned(alignment, module->getBufferStart()))
    return module;
  auto copy = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
      module->getBufferSize(), module->getBufferIdentifier(), alignment);
  if (!copy)
    return module;
  std::memcpy(copy->getBufferStart(), module->getBufferStart(),
              module->getBufferSize());
  return copy;
}

std::unique_ptr<llvm::MemoryBuffer>
crania::endWithNewline(std::unique_ptr<llvm::MemoryBuffer> module) {
  StringRef contents = module->getBuffer();
  if (contents.ends_with("\n") || mlir::isBytecode(*module))
    return module;
  return llvm::MemoryBuffer::getMemBufferCopy((contents + "\n").str(),
                                              module->getBufferIdentifier());
}
