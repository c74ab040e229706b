// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Npy.h"

#include "TemporaryFolder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace crania::npy {
namespace {

/// Returns a file of that version with that header text.
std::vector<uint8_t> fileOf(unsigned major, const std::string &header,
                            const std::vector<uint8_t> &data) {
  std::string text = "\x93NUMPY";
  text += char(major);
  text += '\0';
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i)
    text += char(header.size() >> (8 * i));
  text += header;
  std::vector<uint8_t> bytes(text.begin(), text.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

std::string errorOf(const std::vector<uint8_t> &bytes) {
  Result<Array> array = parse(bytes, "x.npy");
  return array ? "" : array.error().message;
}

std::string headerError(const std::string &header, size_t dataBytes = 4) {
  return errorOf(fileOf(1, header, std::vector<uint8_t>(dataBytes)));
}

void expectPart(const std::string &message, const std::string &part) {
  EXPECT_NE(message.find(part), std::string::npos)
      << "message: " << message << "\nexpected: " << part;
}

/// The bytes that NumPy 1.24 writes for numpy.array([[1, -2, 3]], dtype='<i2').
TEST(Npy, ReadsWhatNumpyWrites) {
  std::string header =
      "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 3), }";
  header.resize(117, ' ');
  header += '\n';
  for (unsigned major : {1, 2, 3}) {
    Result<Array> array =
        parse(fileOf(major, header, {1, 0, 0xfe, 0xff, 3, 0}), "x.npy");
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->type, Type::i2);
    EXPECT_EQ(array->shape, (std::vector<uint64_t>{1, 3}));
    EXPECT_EQ(array->elements(), 3u);
    EXPECT_EQ(array->asInt64(1), -2);
    EXPECT_EQ(array->asDouble(1), -2.0);
  }
}

TEST(Npy, Values) {
  auto one = [](Type type, std::vector<uint8_t> data) {
    Array array;
    array.type = type;
    array.data = std::move(data);
    EXPECT_EQ(array.elements(), 1u);
    return array;
  };
  EXPECT_EQ(one(Type::u1, {200}).asInt64(0), 200);
  EXPECT_EQ(one(Type::i1, {200}).asInt64(0), -56);
  EXPECT_EQ(one(Type::u2, {0, 0x80}).asInt64(0), 32768);
  EXPECT_EQ(one(Type::i2, {0, 0x80}).asInt64(0), -32768);
  EXPECT_EQ(one(Type::u4, {0, 0, 0, 0x80}).asInt64(0), int64_t(1) << 31);
  EXPECT_EQ(one(Type::i4, {0, 0, 0, 0x80}).asInt64(0), INT32_MIN);
  EXPECT_EQ(one(Type::i8, {1, 0, 0, 0, 0, 0, 0, 0x80}).asInt64(0),
            INT64_MIN + 1);
  EXPECT_EQ(one(Type::u8, {0, 0, 0, 0, 0, 0, 0, 0x80}).asDouble(0), 0x1p63);
  EXPECT_EQ(one(Type::f4, {0, 0, 0xc0, 0xbf}).asDouble(0), -1.5);
  EXPECT_EQ(one(Type::f8, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}).asDouble(0), 1.5);
}

TEST(Npy, ScalarsAndEmptyArrays) {
  Result<Array> scalar = parse(
      fileOf(1, "{'descr': '|u1', 'fortran_order': False, 'shape': ()}", {7}),
      "x");
  ASSERT_TRUE(scalar) << scalar.error().message;
  EXPECT_EQ(scalar->asInt64(0), 7);
  Result<Array> empty =
      parse(fileOf(1,
                   "{'descr': '<f8', 'fortran_order': False, 'shape': (0, "
                   "18446744073709551615, 9)}",
                   {}),
            "x");
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_EQ(empty->elements(), 0u);
}

std::string header(const std::string &type, const std::string &shape,
                   bool isFortran = false) {
  return "{'descr': '" + type +
         "', 'fortran_order': " + (isFortran ? "True" : "False") +
         ", 'shape': " + shape + "}";
}

Array arrayOf(const std::string &header, const std::vector<uint8_t> &data) {
  Result<Array> array = parse(fileOf(1, header, data), "x.npy");
  EXPECT_TRUE(array) << array.error().message;
  return array ? *array : Array();
}

TEST(Npy, FortranOrderBecomesRowMajor) {
  // Element (i, j, k) of 2 x 3 x 2 is 100 i + 10 j + k, and i varies fastest.
  const Array array =
      arrayOf(header("|u1", "(2, 3, 2)", true),
              {0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121});
  EXPECT_EQ(array.data, (std::vector<uint8_t>{0, 1, 10, 11, 20, 21, 100, 101,
                                              110, 111, 120, 121}));
  const Array wide =
      arrayOf(header(">u2", "(2, 2)", true), {0, 1, 0, 2, 0, 3, 0, 4});
  EXPECT_EQ(wide.data, (std::vector<uint8_t>{1, 0, 3, 0, 2, 0, 4, 0}));
  EXPECT_EQ(arrayOf(header("<f4", "(0, 3)", true), {}).elements(), 0u);
  EXPECT_EQ(arrayOf(header("|u1", "(2,)", true), {7, 8}).data,
            (std::vector<uint8_t>{7, 8}));
}

TEST(Npy, BigEndianElementsAreSwapped) {
  EXPECT_EQ(arrayOf(header(">f4", "(2,)"), {0xbf, 0xc0, 0, 0, 0x3f, 0x80, 0, 0})
                .asDouble(0),
            -1.5);
  EXPECT_EQ(arrayOf(header(">i2", "(2,)"), {0, 1, 0xff, 0xfe}).asInt64(1), -2);
  EXPECT_EQ(arrayOf(header(">f8", "(1,)"), {0x3f, 0xf8, 0, 0, 0, 0, 0, 0})
                .asDouble(0),
            1.5);
  EXPECT_EQ(arrayOf(header(">u1", "(1,)"), {7}).asInt64(0), 7);
}

TEST(Npy, HalfPrecisionIsExactInSingle) {
  // The smallest subnormal, largest subnormal, smallest normal, 1, largest
  // finite number, and the same with a sign.
  const Array array =
      arrayOf(header("<f2", "(6,)"),
              {1, 0, 0xff, 3, 0, 4, 0, 0x3c, 0xff, 0x7b, 0xff, 0xfb});
  ASSERT_EQ(array.type, Type::f4);
  const double expected[] = {0x1p-24, 0x1.ff8p-15, 0x1p-14, 1, 65504, -65504};
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(array.asDouble(i), expected[i]) << i;
  const Array odd = arrayOf(header(">f2", "(3,)"), {0x7c, 0, 0xfc, 0, 0x7e, 0});
  EXPECT_EQ(odd.asDouble(0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(odd.asDouble(1), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(odd.asDouble(2)));
}

TEST(Npy, BoolIsBytes) {
  const Array array = arrayOf(header("|b1", "(3,)"), {0, 1, 1});
  EXPECT_EQ(array.type, Type::u1);
  EXPECT_EQ(array.asInt64(2), 1);
}

TEST(Npy, ErrorsNameFileReasonAndRemedy) {
  std::string message = errorOf({1, 2, 3});
  expectPart(message, "cannot read 'x.npy': it is not a .npy file");
  expectPart(message, "numpy.save");
  expectPart(errorOf(fileOf(4, "{}", {})), "version 4");
  expectPart(errorOf(fileOf(0, "{}", {})), "version 0");
}

TEST(Npy, TypesAreNamed) {
  for (const char *type :
       {"<c8", "<f16", "|O", "|S3", "|f2", "|f4", "<b2", "", "u1", "?f4"})
    expectPart(headerError(std::string("{'descr': '") + type +
                           "', 'fortran_order': False, 'shape': (1,)}"),
               "element type '" + std::string(type) +
                   "' is not supported (integers, bool, float16, float32 and "
                   "float64 are); save it with numpy.save(path, "
                   "array.astype(numpy.float32))");
  expectPart(headerError("{'descr': [('a', '<f4')], 'fortran_order': False, "
                         "'shape': (1,)}"),
             "structured arrays are not supported); save one of its fields");
}

TEST(Npy, ShapesAreComparedWithTheFile) {
  auto shaped = [](const std::string &shape) {
    return headerError(
        "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}");
  };
  expectPart(shaped("(2,)"), "needs 8 bytes of data, but it has 4");
  expectPart(shaped("(0,)"), "needs 0 bytes of data, but it has 4");
  expectPart(shaped("(4000000000, 4000000000)"), "more than 2^64");
  expectPart(shaped("(4611686018427387904,)"), "more than 2^64");
  expectPart(shaped("(2305843009213693952,)"), "but it has 4");
  expectPart(shaped("(99999999999999999999,)"), "an entry that is not a size");
  expectPart(shaped("(-1,)"), "an entry that is not a size");
  expectPart(shaped("(1 1)"), "no comma");
  expectPart(shaped("3"), "not a tuple");
  std::string many = "(";
  for (int i = 0; i < 65; ++i)
    many += "1,";
  expectPart(shaped(many + ")"), "too many dimensions");
}

TEST(Npy, HeadersAreParsedStrictly) {
  expectPart(headerError(""), "not a dictionary");
  expectPart(headerError("{}"), "lacks");
  expectPart(headerError("{'descr': '<f4', 'shape': (1,)}"), "lacks");
  expectPart(headerError("{'descr': '<f4' 'shape': (1,)}"), "no comma");
  expectPart(headerError("{'color': 'red'}"), "unknown key 'color'");
  expectPart(headerError("{'fortran_order': Maybe}"), "neither True nor False");
  expectPart(headerError("{'descr: 3"), "malformed entry");
  expectPart(headerError(
                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1"),
             "text after the dictionary");
}

TEST(Npy, EveryTruncationIsAnError) {
  Array array;
  array.type = Type::f4;
  array.shape = {2, 3};
  array.data.resize(24, 1);
  std::vector<uint8_t> bytes = serialize(array);
  ASSERT_EQ(errorOf(bytes), "");
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(errorOf({bytes.begin(), bytes.begin() + size}), "") << size;
}

TEST(Npy, WritesAlignedHeaders) {
  Array array;
  array.shape = {5};
  array.data.resize(20);
  std::vector<uint8_t> bytes = serialize(array);
  EXPECT_EQ((bytes.size() - 20) % 64, 0u);
  EXPECT_EQ(bytes[bytes.size() - 21], '\n');
}

TEST(Npy, FilesRoundTrip) {
  test::TemporaryFolder folder;
  Array array;
  array.type = Type::u2;
  array.shape = {3};
  array.data = {1, 0, 2, 0, 3, 0};
  ASSERT_TRUE(write(folder.path("a.npy"), array));
  Result<Array> back = read(folder.path("a.npy"));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->data, array.data);
  EXPECT_FALSE(read(folder.path("absent.npy")));
}

RC_GTEST_PROP(NpyProperties, RoundTrip, ()) {
  Array array;
  array.type = Type(*rc::gen::inRange(0, 10));
  const auto dims = *rc::gen::inRange<size_t>(0, 6);
  array.shape = *rc::gen::container<std::vector<uint64_t>>(
      dims, rc::gen::inRange<uint64_t>(0, 5));
  uint64_t bytes = bytesOf(array.type);
  for (uint64_t dim : array.shape)
    bytes *= dim;
  array.data = *rc::gen::container<std::vector<uint8_t>>(
      bytes, rc::gen::arbitrary<uint8_t>());
  Result<Array> back = parse(serialize(array), "x");
  RC_ASSERT(bool(back));
  RC_ASSERT(back->type == array.type);
  RC_ASSERT(back->shape == array.shape);
  RC_ASSERT(back->data == array.data);
}

/// A damaged file is rejected or read as another array, and never causes a
/// crash. An array has as many bytes as its shape needs.
RC_GTEST_PROP(NpyProperties, DamageNeverCrashes, ()) {
  Array array;
  array.shape = {4};
  array.data.resize(16);
  std::vector<uint8_t> bytes = serialize(array);
  int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i)
    bytes[*rc::gen::inRange<size_t>(0, bytes.size())] =
        *rc::gen::arbitrary<uint8_t>();
  Result<Array> damaged = parse(bytes, "x");
  if (!damaged)
    return;
  uint64_t expected = bytesOf(damaged->type);
  for (uint64_t dim : damaged->shape)
    expected *= dim;
  RC_ASSERT(damaged->data.size() == expected);
}

} // namespace
} // namespace crania::npy
