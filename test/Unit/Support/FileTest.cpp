// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/File.h"

#include "TemporaryFolder.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <thread>

namespace crania {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(File, RoundTrip) {
  test::TemporaryFolder folder;
  Bytes bytes = {0, 1, 255, 10, 0};
  ASSERT_TRUE(writeFileAtomically(folder.path("a"), bytes));
  Result<Bytes> read = readFile(folder.path("a"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, bytes);
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(File, EmptyAndReplaced) {
  test::TemporaryFolder folder;
  ASSERT_TRUE(writeFileAtomically(folder.path("a"), Bytes{1, 2, 3}));
  ASSERT_TRUE(writeFileAtomically(folder.path("a"), Bytes{}));
  Result<Bytes> read = readFile(folder.path("a"));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->empty());
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(File, PermissionsAreThoseOfAnyNewFile) {
  test::TemporaryFolder folder;
  mode_t mask = ::umask(0022);
  ASSERT_TRUE(writeFileAtomically(folder.path("a"), Bytes{1}));
  ::umask(mask);
  struct stat info;
  ASSERT_EQ(::stat(folder.path("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST(File, ReadErrorsNameFileAndReason) {
  test::TemporaryFolder folder;
  Result<Bytes> absent = readFile(folder.path("absent"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().message, "cannot open '" + folder.path("absent") +
                                        "': No such file or directory");
  Result<Bytes> directory = readFile(folder.path());
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().message.find("not a regular file"),
            std::string::npos);
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(readFile(folder.path("pipe"))); // must not wait for a writer
}

TEST(File, FailedWriteLeavesNothingBehind) {
  test::TemporaryFolder folder;
  EXPECT_FALSE(writeFileAtomically(folder.path("no/such/folder"), Bytes{1}));
  ASSERT_EQ(::mkdir(folder.path("directory").c_str(), 0700), 0);
  Status status = writeFileAtomically(folder.path("directory"), Bytes{1});
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("cannot write '"), std::string::npos);
  EXPECT_EQ(folder.entries(), 1u);
}

/// A reader sees one of the versions, never a mixture of them.
TEST(File, ConcurrentWritersDoNotMix) {
  test::TemporaryFolder folder;
  std::string path = folder.path("shared");
  ASSERT_TRUE(writeFileAtomically(path, Bytes(100000, 0)));
  std::vector<std::thread> writers;
  for (uint8_t value : {1, 2, 3})
    writers.emplace_back([&, value] {
      for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(writeFileAtomically(path, Bytes(100000, value)));
    });
  for (int i = 0; i < 20; ++i) {
    Result<Bytes> read = readFile(path);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, Bytes(100000, read->front()));
  }
  for (std::thread &writer : writers)
    writer.join();
  EXPECT_EQ(folder.entries(), 1u);
}

} // namespace
} // namespace crania
