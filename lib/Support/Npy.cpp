// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Npy.h"

#include "crania/Support/File.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

namespace crania::npy {

namespace {

struct TypeInfo {
  Type type;
  const char *descriptor;
  unsigned bytes;
};

constexpr std::array<TypeInfo, 10> typeInfos = {{{Type::u1, "|u1", 1},
                                                 {Type::i1, "|i1", 1},
                                                 {Type::u2, "<u2", 2},
                                                 {Type::i2, "<i2", 2},
                                                 {Type::u4, "<u4", 4},
                                                 {Type::i4, "<i4", 4},
                                                 {Type::u8, "<u8", 8},
                                                 {Type::i8, "<i8", 8},
                                                 {Type::f4, "<f4", 4},
                                                 {Type::f8, "<f8", 8}}};

constexpr std::string_view magic("\x93NUMPY", 6);
constexpr const char *saveRemedy = "; save it with numpy.save(path, array)";
constexpr const char *typeRemedy =
    "; save it with numpy.save(path, array.astype(numpy.float32)), or another "
    "type of integers or floating point that fits";
/// NumPy itself makes at most 32 dimensions (64 since 2.0).
constexpr size_t maxDimensions = 64;

const TypeInfo &infoOf(Type type) { return typeInfos[size_t(type)]; }

/// Type of the elements in the file, which is converted to a `Type` without
/// loss.
struct StoredType {
  Type type;      ///< type after conversion
  unsigned bytes; ///< bytes of an element in the file
  bool isSwapped; ///< true if the most significant byte comes first
  bool isHalf;    ///< true for IEEE binary16, read as f4
};

/// Returns the type of a type string, such as "<f4", ">i2" or "|b1".
std::optional<StoredType> storedTypeOf(std::string_view text) {
  if (text.size() != 3 || !std::strchr("|<>=", text.front()))
    return std::nullopt;
  const bool isBig = text.front() == '>';
  const std::string_view kind = text.substr(1);
  if (kind == "b1") // False and True are 0 and 1
    return StoredType{Type::u1, 1, false, false};
  if (kind == "f2" && text.front() != '|')
    return StoredType{Type::f4, 2, isBig, true};
  for (const TypeInfo &info : typeInfos) {
    if (kind != std::string_view(info.descriptor).substr(1))
      continue;
    if (info.bytes > 1 && text.front() == '|')
      return std::nullopt;
    return StoredType{info.type, info.bytes, isBig && info.bytes > 1, false};
  }
  return std::nullopt;
}

/// Converts a binary16 to binary32, without loss. It has a sign, 5 bits of
/// exponent with bias 15, and 10 bits of mantissa.
float floatOfHalf(uint16_t half) {
  const unsigned exponent = half >> 10 & 31, mantissa = half & 1023;
  float magnitude;
  if (exponent == 31)
    magnitude = mantissa == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  else if (exponent == 0)
    magnitude = std::ldexp(float(mantissa), -24);
  else
    magnitude = std::ldexp(float(mantissa + 1024), int(exponent) - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

uint64_t littleEndian(const uint8_t *bytes, unsigned count) {
  assert(count <= sizeof(uint64_t) && "more bytes than a number has");
  uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i)
    value |= uint64_t(bytes[i]) << (8 * i);
  return value;
}

/// Reads the header, a Python dictionary literal of the three known keys:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  /// Parses the header. Returns what is wrong, or "".
  std::string parse() {
    if (!consume('{'))
      return "its header is not a dictionary";
    while (!consume('}')) {
      std::string problem = parseEntry();
      if (!problem.empty())
        return problem;
      if (!consume(',') && !startsWith('}'))
        return "its header has no comma between entries";
    }
    skipSpace();
    if (!rest.empty())
      return "its header has text after the dictionary";
    if (!type || !fortranOrder || !shape)
      return "its header lacks 'descr', 'fortran_order' or 'shape'";
    return "";
  }

  std::optional<StoredType> type;
  std::optional<bool> fortranOrder;
  std::optional<std::vector<uint64_t>> shape;
  /// Remedy of the problem.
  const char *remedy = saveRemedy;

private:
  std::string parseEntry() {
    std::optional<std::string_view> key = parseString();
    if (!key || !consume(':'))
      return "its header has a malformed entry";
    if (*key == "descr")
      return parseDescriptor();
    if (*key == "fortran_order")
      return parseOrder();
    if (*key == "shape")
      return parseShape();
    return "its header has the unknown key '" + std::string(*key) + "'";
  }

  std::string parseDescriptor() {
    std::optional<std::string_view> text = parseString();
    if (!text) {
      remedy = "; save one of its fields, numpy.save(path, array['field'])";
      return "its element type is not a plain one (structured arrays are not "
             "supported)";
    }
    type = storedTypeOf(*text);
    if (type)
      return "";
    remedy = typeRemedy;
    return "its element type '" + std::string(*text) +
           "' is not supported (integers, bool, float16, float32 and float64 "
           "are)";
  }

  std::string parseOrder() {
    if (consumeWord("False")) {
      fortranOrder = false;
      return "";
    }
    if (consumeWord("True")) {
      fortranOrder = true;
      return "";
    }
    return "its 'fortran_order' is neither True nor False";
  }

  std::string parseShape() {
    if (!consume('('))
      return "its shape is not a tuple";
    std::vector<uint64_t> dims;
    while (!consume(')')) {
      std::optional<uint64_t> dim = parseNumber();
      if (!dim)
        return "its shape has an entry that is not a size";
      if (dims.size() == maxDimensions)
        return "its shape has too many dimensions";
      dims.push_back(*dim);
      if (!consume(',') && !startsWith(')'))
        return "its shape has no comma between sizes";
    }
    shape = std::move(dims);
    return "";
  }

  std::optional<uint64_t> parseNumber() {
    skipSpace();
    size_t digits = 0;
    uint64_t value = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') {
      if (__builtin_mul_overflow(value, uint64_t(10), &value) ||
          __builtin_add_overflow(value, uint64_t(rest[digits] - '0'), &value))
        return std::nullopt;
      ++digits;
    }
    if (digits == 0)
      return std::nullopt;
    rest.remove_prefix(digits);
    return value;
  }

  std::optional<std::string_view> parseString() {
    skipSpace();
    if (rest.empty() || (rest.front() != '\'' && rest.front() != '"'))
      return std::nullopt;
    size_t end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos)
      return std::nullopt;
    std::string_view text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return text;
  }

  void skipSpace() {
    size_t first = rest.find_first_not_of(" \t\n");
    rest.remove_prefix(std::min(first, rest.size()));
  }

  bool startsWith(char c) {
    skipSpace();
    return !rest.empty() && rest.front() == c;
  }

  bool consume(char c) {
    if (!startsWith(c))
      return false;
    rest.remove_prefix(1);
    return true;
  }

  bool consumeWord(std::string_view word) {
    skipSpace();
    if (rest.substr(0, word.size()) != word)
      return false;
    rest.remove_prefix(word.size());
    return true;
  }

  std::string_view rest;
};

/// Returns the bytes of an array of a shape, or nothing if they exceed 64 bits.
std::optional<uint64_t> byteCount(const std::vector<uint64_t> &shape,
                                  unsigned elementBytes) {
  uint64_t bytes = elementBytes;
  for (uint64_t dim : shape)
    if (dim == 0)
      return 0;
  for (uint64_t dim : shape)
    if (__builtin_mul_overflow(bytes, dim, &bytes))
      return std::nullopt;
  return bytes;
}

/// Returns the elements as an array has them: little-endian, of its type.
std::vector<uint8_t> convert(Span<const uint8_t> data, const StoredType &type) {
  std::vector<uint8_t> bytes(data.begin(), data.end());
  if (type.isSwapped)
    for (size_t i = 0; i < bytes.size(); i += type.bytes)
      std::reverse(bytes.begin() + i, bytes.begin() + i + type.bytes);
  if (!type.isHalf)
    return bytes;
  std::vector<uint8_t> wide(2 * bytes.size());
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const float value = floatOfHalf(uint16_t(littleEndian(&bytes[i], 2)));
    std::memcpy(&wide[2 * i], &value, sizeof(value));
  }
  return wide;
}

/// Moves elements from Fortran order, the first index fastest, to C order.
std::vector<uint8_t> toRowMajor(const std::vector<uint8_t> &data,
                                const std::vector<uint64_t> &shape,
                                size_t elementBytes) {
  std::vector<uint8_t> sorted(data.size());
  std::vector<size_t> strides(shape.size(), elementBytes);
  for (size_t d = 1; d < shape.size(); ++d)
    strides[d] = strides[d - 1] * shape[d - 1];
  std::vector<uint64_t> index(shape.size());
  size_t from = 0;
  for (size_t to = 0; to < sorted.size(); to += elementBytes) {
    std::memcpy(&sorted[to], &data[from], elementBytes);
    for (size_t d = shape.size(); d-- > 0;) {
      from += strides[d];
      if (++index[d] < shape[d])
        break;
      from -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return sorted;
}

} // namespace

unsigned bytesOf(Type type) { return infoOf(type).bytes; }

std::string descriptorOf(Type type) { return infoOf(type).descriptor; }

uint64_t Array::elements() const { return data.size() / bytesOf(type); }

int64_t Array::asInt64(uint64_t index) const {
  assert(isInteger() && "the elements are not integers");
  assert(index < elements() && "there is no such element");
  unsigned bytes = bytesOf(type);
  uint64_t word = littleEndian(data.data() + index * bytes, bytes);
  bool isSigned = type == Type::i1 || type == Type::i2 || type == Type::i4;
  if (isSigned && word >> (8 * bytes - 1))
    word |= ~uint64_t(0) << (8 * bytes);
  return int64_t(word);
}

double Array::asDouble(uint64_t index) const {
  assert(index < elements() && "there is no such element");
  if (type == Type::u8)
    return double(uint64_t(asInt64(index)));
  if (isInteger())
    return double(asInt64(index));
  unsigned bytes = bytesOf(type);
  uint64_t word = littleEndian(data.data() + index * bytes, bytes);
  if (type == Type::f8) {
    double value;
    std::memcpy(&value, &word, sizeof(value));
    return value;
  }
  uint32_t low = uint32_t(word);
  float value;
  std::memcpy(&value, &low, sizeof(value));
  return value;
}

Result<Array> parse(Span<const uint8_t> bytes, const std::string &name) {
  auto fail = [&](const std::string &reason, const char *remedy = saveRemedy) {
    return Error{"cannot read '" + name + "': " + reason + remedy};
  };
  if (bytes.size() < magic.size() + 2 ||
      std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
    return fail("it is not a .npy file");
  unsigned major = bytes[magic.size()];
  if (major < 1 || major > 3)
    return fail("its format version " + std::to_string(major) +
                " is not supported (1, 2 and 3 are)");

  size_t lengthBytes = major == 1 ? 2 : 4;
  size_t headerBegin = magic.size() + 2 + lengthBytes;
  if (bytes.size() < headerBegin)
    return fail("it ends within its header");
  uint64_t headerBytes =
      littleEndian(bytes.data() + magic.size() + 2, lengthBytes);
  if (headerBytes > bytes.size() - headerBegin)
    return fail("it ends within its header");

  HeaderParser header(
      {reinterpret_cast<const char *>(bytes.data()) + headerBegin,
       size_t(headerBytes)});
  if (std::string problem = header.parse(); !problem.empty())
    return fail(problem, header.remedy);

  std::optional<uint64_t> needed = byteCount(*header.shape, header.type->bytes);
  uint64_t present = bytes.size() - headerBegin - headerBytes;
  if (!needed || *needed != present)
    return fail("its shape needs " +
                    (needed ? std::to_string(*needed) : "more than 2^64") +
                    " bytes of data, but it has " + std::to_string(present),
                "; it is damaged or was not copied as a whole: copy it again, "
                "or save it with numpy.save(path, array)");
  Array array;
  array.type = header.type->type;
  array.shape = std::move(*header.shape);
  array.data =
      convert(bytes.slice(headerBegin + headerBytes, present), *header.type);
  if (*header.fortranOrder)
    array.data = toRowMajor(array.data, array.shape, bytesOf(array.type));
  return array;
}

Result<Array> read(const std::string &path) {
  Result<std::vector<uint8_t>> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  return parse(*bytes, path);
}

std::vector<uint8_t> serialize(const Array &array) {
  assert(byteCount(array.shape, bytesOf(array.type)) == array.data.size() &&
         "the data do not have the shape");
  std::string header = "{'descr': '" + descriptorOf(array.type) +
                       "', 'fortran_order': False, 'shape': (";
  for (uint64_t dim : array.shape)
    header += std::to_string(dim) + ",";
  header += "), }";
  // The data starts at a multiple of 64 bytes, the header ends with a newline.
  constexpr size_t alignment = 64;
  size_t prefix = magic.size() + 4;
  size_t total =
      (prefix + header.size() + 1 + alignment - 1) / alignment * alignment;
  header.resize(total - prefix - 1, ' ');
  header += '\n';
  assert(header.size() <= UINT16_MAX && "the header is too long");

  std::vector<uint8_t> bytes(magic.begin(), magic.end());
  bytes.insert(bytes.end(), {1, 0, uint8_t(header.size() & 255),
                             uint8_t(header.size() >> 8)});
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), array.data.begin(), array.data.end());
  return bytes;
}

Status write(const std::string &path, const Array &array) {
  return writeFileAtomically(path, serialize(array));
}

} // namespace crania::npy
