// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/OutputFiles.h"

#include "TemporaryFolder.h"
#include "crania/Support/File.h"
#include "crania/Support/ToolProcess.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace crania {
namespace {

namespace fs = std::filesystem;

Span<const uint8_t> bytesOf(const std::string &text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

void put(const std::string &path, const std::string &text) {
  std::ofstream(path) << text;
}

std::string get(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Writes one output from open() to commit().
Status writeOne(const std::string &path, const std::string &text) {
  return writeFileAtomically(path, bytesOf(text));
}

std::string errorOf(const Status &status) {
  return status ? "no error" : status.error().message;
}

ino_t inodeOf(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

/// A test in a folder in which the process may create any kind of file.
class OutputFilesTest : public testing::Test {
protected:
  std::string path(const std::string &name) const { return folder.path(name); }

  /// Expects that `output` cannot be opened while `input` is read.
  void expectRefused(const std::string &input, const std::string &output) {
    OutputFiles files;
    files.addInput("--images", input);
    EXPECT_EQ(errorOf(files.open("-o", output)),
              "-o: cannot write '" + output + "': it is the same file as '" +
                  input + "' of --images, which is read; give another name");
  }

  test::TemporaryFolder folder;
};

TEST_F(OutputFilesTest, NoInputByAnyName) {
  put(path("m"), "old");
  fs::create_symlink("m", path("link"));
  fs::create_symlink("link", path("link2"));
  fs::create_hard_link(path("m"), path("hard"));
  fs::create_directory(path("sub"));
  for (const char *name : {"m", "./m", "sub/../m", "link", "link2", "hard"}) {
    expectRefused(path("m"), path(name));
    expectRefused(path(name), path("m"));
  }
  EXPECT_EQ(get(path("m")), "old");

  OutputFiles files;
  files.addInput("--images", path("m"));
  files.addInput("", path("absent"));
  EXPECT_TRUE(files.open("-o", path("other")));
  EXPECT_TRUE(files.open("-o", path("absent"))) << "it cannot have been read";
}

TEST_F(OutputFilesTest, NoOtherOutputByAnyName) {
  fs::create_directory(path("sub"));
  fs::create_symlink("new", path("link")); // the target does not exist yet
  fs::create_directory_symlink(".", path("here"));
  for (const char *name : {"new", "./new", "sub/../new", "link", "here/new"}) {
    OutputFiles files;
    ASSERT_TRUE(files.open("--report", path("new")));
    EXPECT_EQ(errorOf(files.open("--trace", path(name))),
              "--trace: cannot write '" + path(name) +
                  "': it is the same file as '" + path("new") +
                  "' of --report, which is written too; give another name");
    EXPECT_TRUE(files.open("--trace", path("sub/new")));
  }
}

TEST_F(OutputFilesTest, NotWhereTheStandardOutputGoes) {
  const int saved = ::dup(STDOUT_FILENO);
  const int file = ::open(path("log").c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(file, STDOUT_FILENO);
  OutputFiles files;
  Status status = files.open("--report", path("log"));
  Status other = files.open("--report", path("other"));
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  ::close(file);
  EXPECT_NE(errorOf(status).find("the same file as the standard output"),
            std::string::npos)
      << errorOf(status);
  EXPECT_TRUE(other);
}

TEST_F(OutputFilesTest, FindsFoldersBeforeTheWork) {
  OutputFiles files;
  EXPECT_EQ(errorOf(files.open("--report", path("no/r.json"))),
            "--report: cannot write '" + path("no/r.json") + "': its folder '" +
                path("no") + "': No such file or directory");
  fs::create_directory(path("sub"));
  EXPECT_EQ(errorOf(files.open("-o", path("sub"))),
            "-o: cannot write '" + path("sub") + "': it is a folder");
  EXPECT_NE(errorOf(files.open("-o", path("new/"))), "no error");
  EXPECT_NE(errorOf(files.open("-o", "")), "no error");
  put(path("file"), "");
  EXPECT_NE(errorOf(files.open("-o", path("file/x"))), "no error");
  fs::create_symlink("loop", path("loop"));
  EXPECT_NE(errorOf(files.open("-o", path("loop"))), "no error");
  EXPECT_EQ(folder.entries(), 3u);
}

/// This test runs as `nobody`, because permissions do not bind root.
TEST_F(OutputFilesTest, FolderWithoutPermission) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "needs root, to become somebody else";
  fs::permissions(folder.path(), fs::perms(0755));
  // The folder of a test runner belongs to the runner.
  fs::permissions(fs::path(folder.path()).parent_path(),
                  fs::perms::group_exec | fs::perms::others_exec,
                  fs::perm_options::add);
  constexpr uid_t nobody = 65534;
  ASSERT_EQ(::seteuid(nobody), 0);
  OutputFiles files;
  Status status = files.open("-o", path("x"));
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_EQ(errorOf(status), "-o: cannot write '" + path("x") +
                                 "': no file can be created in its folder '" +
                                 folder.path() + "': Permission denied");
}

TEST_F(OutputFilesTest, ReadOnlyFilesStayEvenForRoot) {
  put(path("m"), "old");
  fs::permissions(path("m"), fs::perms(0444));
  EXPECT_EQ(errorOf(writeOne(path("m"), "new")),
            "cannot write '" + path("m") +
                "': the file is read-only; give another name or make it "
                "writable");
  EXPECT_EQ(get(path("m")), "old");
  fs::permissions(path("m"), fs::perms(0644));
  EXPECT_TRUE(writeOne(path("m"), "new"));
}

TEST_F(OutputFilesTest, KeepsModeAndOwner) {
  for (mode_t mode : {0600, 0666, 0755, 02750}) {
    put(path("m"), "old");
    if (::geteuid() == 0) {
      ASSERT_EQ(::chown(path("m").c_str(), 1234, 4321), 0);
    }
    ASSERT_EQ(::chmod(path("m").c_str(), mode), 0);
    struct stat before, after;
    ASSERT_EQ(::stat(path("m").c_str(), &before), 0);
    ASSERT_TRUE(writeOne(path("m"), "new"));
    ASSERT_EQ(::stat(path("m").c_str(), &after), 0);
    EXPECT_EQ(before.st_mode, after.st_mode);
    EXPECT_EQ(before.st_uid, after.st_uid);
    EXPECT_EQ(before.st_gid, after.st_gid);
    EXPECT_NE(before.st_ino, after.st_ino) << "it was not replaced";
  }
}

TEST_F(OutputFilesTest, SymbolicLinksStay) {
  fs::create_directory(path("sub"));
  put(path("sub/m"), "old");
  fs::create_symlink("sub/m", path("link"));
  fs::create_symlink(path("link"), path("link2"));
  ASSERT_TRUE(writeOne(path("link2"), "new"));
  EXPECT_EQ(get(path("sub/m")), "new");
  EXPECT_EQ(fs::read_symlink(path("link")), "sub/m");
  EXPECT_EQ(fs::read_symlink(path("link2")), path("link"));

  fs::create_symlink("sub/absent", path("dangling"));
  ASSERT_TRUE(writeOne(path("dangling"), "made"));
  EXPECT_EQ(get(path("sub/absent")), "made");
  EXPECT_TRUE(fs::is_symlink(path("dangling")));
  fs::create_symlink("no/folder", path("astray"));
  EXPECT_FALSE(writeOne(path("astray"), "x"));
}

TEST_F(OutputFilesTest, OtherHardLinksKeepTheOldContents) {
  put(path("m"), "old");
  fs::create_hard_link(path("m"), path("hard"));
  ASSERT_TRUE(writeOne(path("m"), "new"));
  EXPECT_EQ(get(path("m")), "new");
  EXPECT_EQ(get(path("hard")), "old");
}

TEST_F(OutputFilesTest, DevicesAreWrittenTo) {
  // The test makes a device node like /dev/null and /dev/full.
  if (::mknod(path("null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)) != 0 ||
      ::mknod(path("full").c_str(), S_IFCHR | 0666, ::makedev(1, 7)) != 0)
    GTEST_SKIP() << "needs the permission to make device nodes";
  const ino_t before = inodeOf(path("null"));
  EXPECT_TRUE(writeOne(path("null"), "text"));
  EXPECT_TRUE(fs::is_character_file(path("null")));
  EXPECT_EQ(inodeOf(path("null")), before);
  EXPECT_EQ(errorOf(writeOne(path("full"), "text")),
            "cannot write '" + path("full") + "': No space left on device");
  EXPECT_TRUE(fs::is_character_file(path("full")));
  // A null device loses nothing, so two outputs may use it.
  OutputFiles files;
  EXPECT_TRUE(files.open("--report", path("null")));
  EXPECT_TRUE(files.open("--trace", path("null")));
  EXPECT_TRUE(files.write(path("null"), bytesOf("report")));
  EXPECT_TRUE(files.write(path("null"), bytesOf("trace")));
  EXPECT_FALSE(files.write(path("null"), bytesOf("more")));
}

TEST_F(OutputFilesTest, FifosAreWrittenTo) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] { read = get(path("pipe")); });
  EXPECT_TRUE(writeOne(path("pipe"), "text"));
  reader.join();
  EXPECT_EQ(read, "text");
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

/// An output to /dev/fd/N continues at the offset of the descriptor, even if
/// the descriptor is a file.
TEST_F(OutputFilesTest, DescriptorsAreWrittenTo) {
  const int fd = ::open(path("log").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_EQ(::write(fd, "a", 1), 1);
  ASSERT_TRUE(writeOne("/dev/fd/" + std::to_string(fd), "b"));
  ASSERT_TRUE(writeOne("/proc/self/fd/" + std::to_string(fd), "c"));
  fs::create_symlink("/dev/fd/" + std::to_string(fd), path("link"));
  ASSERT_TRUE(writeOne(path("link"), "d"));
  ASSERT_EQ(::write(fd, "e", 1), 1);
  const std::string name = "/dev/fd/" + std::to_string(fd);
  expectRefused(path("log"), name); // would destroy its contents
  ::close(fd);
  EXPECT_EQ(get(path("log")), "abcde");
  EXPECT_FALSE(writeOne(name, "x"));
}

TEST_F(OutputFilesTest, KnowsTheStandardOutput) {
  for (const char *name :
       {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    OutputFiles files;
    EXPECT_FALSE(files.useStandardOutput());
    ASSERT_TRUE(files.open("", name)) << name;
    EXPECT_TRUE(files.useStandardOutput()) << name;
  }
  OutputFiles files;
  ASSERT_TRUE(files.open("", "/dev/fd/2"));
  EXPECT_FALSE(files.useStandardOutput());
}

TEST_F(OutputFilesTest, ASetAppearsAtOnce) {
  put(path("a"), "old a");
  OutputFiles files;
  for (const char *name : {"a", "b", "unwritten"})
    ASSERT_TRUE(files.open("", path(name)));
  ASSERT_TRUE(files.write(path("a"), bytesOf("new a")));
  ASSERT_TRUE(files.write(path("b"), bytesOf("new b")));
  EXPECT_EQ(get(path("a")), "old a");
  EXPECT_FALSE(fs::exists(path("b")));
  ASSERT_TRUE(files.commit());
  EXPECT_EQ(get(path("a")), "new a");
  EXPECT_EQ(get(path("b")), "new b");
  EXPECT_EQ(folder.entries(), 2u);
}

TEST_F(OutputFilesTest, WithoutCommitNothingAppears) {
  put(path("a"), "old a");
  {
    OutputFiles files;
    for (const char *name : {"a", "b"}) {
      ASSERT_TRUE(files.open("", path(name)));
      ASSERT_TRUE(files.write(path(name), bytesOf("new")));
    }
    EXPECT_EQ(folder.entries(), 3u);
  }
  EXPECT_EQ(get(path("a")), "old a");
  EXPECT_EQ(folder.entries(), 1u);
  OutputFiles files;
  EXPECT_FALSE(files.write(path("never opened"), bytesOf("x")));
}

/// The last file of a set becomes a folder while the others are written.
TEST_F(OutputFilesTest, AFailedCommitBringsTheOldFilesBack) {
  put(path("a"), "old a");
  OutputFiles files;
  for (const char *name : {"a", "b", "c"}) {
    ASSERT_TRUE(files.open("", path(name)));
    ASSERT_TRUE(files.write(path(name), bytesOf("new")));
  }
  fs::create_directories(path("c/d"));
  EXPECT_NE(errorOf(files.commit()).find("cannot write '" + path("c") + "'"),
            std::string::npos);
  files = OutputFiles();
  EXPECT_EQ(get(path("a")), "old a");
  EXPECT_FALSE(fs::exists(path("b")));
  EXPECT_TRUE(fs::is_directory(path("c")));
  EXPECT_EQ(folder.entries(), 2u);
}

TEST_F(OutputFilesTest, NamesUpToTheLongest) {
  EXPECT_TRUE(writeOne(path(std::string(255, 'x')), "text"));
  EXPECT_NE(errorOf(writeOne(path(std::string(256, 'x')), "text"))
                .find("File name too long"),
            std::string::npos);
  EXPECT_EQ(folder.entries(), 1u);
}

/// A file system of 64 KiB.
class SmallDisk {
public:
  explicit SmallDisk(const std::string &folder) : folder(folder) {
    fs::create_directory(folder);
    isMounted = ::mount("none", folder.c_str(), "tmpfs", 0, "size=65536") == 0;
  }
  SmallDisk(const SmallDisk &) = delete;
  SmallDisk &operator=(const SmallDisk &) = delete;
  ~SmallDisk() {
    if (isMounted)
      ::umount2(folder.c_str(), MNT_DETACH);
  }
  explicit operator bool() const { return isMounted; }

private:
  std::string folder;
  bool isMounted;
};

TEST_F(OutputFilesTest, RoomIsCheckedBeforeTheWork) {
  SmallDisk disk(path("disk"));
  if (!disk)
    GTEST_SKIP() << "needs the permission to mount a tmpfs";
  OutputFiles files;
  EXPECT_TRUE(files.open("--outputs", path("disk/a"), 40000));
  EXPECT_EQ(errorOf(files.open("--outputs", path("disk/b"), 40000)),
            "--outputs: cannot write '" + path("disk/b") +
                "': its file system has room for 65536 bytes, and 80000 are "
                "needed; make room or choose another folder");
  EXPECT_TRUE(files.open("--outputs", path("disk/c"), 20000));
  EXPECT_TRUE(files.open("--outputs", path("elsewhere"), 40000));
  EXPECT_TRUE(fs::is_empty(path("disk")));
}

TEST_F(OutputFilesTest, AFullDiskLeavesTheOldFiles) {
  SmallDisk disk(path("disk"));
  if (!disk)
    GTEST_SKIP() << "needs the permission to mount a tmpfs";
  put(path("disk/a"), "old a");
  {
    OutputFiles files; // their sizes are not known in advance
    ASSERT_TRUE(files.open("", path("disk/a")));
    ASSERT_TRUE(files.open("", path("disk/b")));
    ASSERT_TRUE(files.write(path("disk/a"), bytesOf(std::string(40000, 'a'))));
    EXPECT_NE(
        errorOf(files.write(path("disk/b"), bytesOf(std::string(40000, 'b'))))
            .find("40000 are needed"),
        std::string::npos);
  }
  EXPECT_EQ(get(path("disk/a")), "old a");
  EXPECT_FALSE(fs::exists(path("disk/b")));
}

/// Runs `work` like a tool in a process of its own. Returns its wait status.
template <typename Work>
int runTool(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGSEGV, SIG_DFL); // sanitizers install a handler
    prepareTool();
    work();
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_F(OutputFilesTest, SignalsRemoveWhatIsTemporary) {
  put(path("a"), "old");
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1,
                     SIGXCPU, SIGABRT, SIGSEGV}) {
    // A background job of a shell ignores SIGINT.
    const auto inherited = ::signal(signal, SIG_DFL);
    const int status = runTool([&] {
      const rlimit noCore = {0, 0};
      ::setrlimit(RLIMIT_CORE, &noCore);
      OutputFiles files;
      for (const char *name : {"a", "b"})
        if (!files.open("", path(name)) ||
            !files.write(path(name), bytesOf("new")))
          ::_exit(2);
      ::raise(signal);
      ::_exit(3);
    });
    ::signal(signal, inherited);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal)
        << "signal " << signal << ", status " << status;
    EXPECT_EQ(folder.entries(), 1u) << "signal " << signal;
  }
  EXPECT_EQ(get(path("a")), "old");
}

TEST_F(OutputFilesTest, AnIgnoredSignalStaysIgnored) {
  ::signal(SIGHUP, SIG_IGN); // like nohup
  const int status = runTool([&] {
    OutputFiles files;
    if (!files.open("", path("a")) || !files.write(path("a"), bytesOf("new")))
      ::_exit(2);
    ::raise(SIGHUP);
    ::_exit(files.commit() ? 0 : 3);
  });
  ::signal(SIGHUP, SIG_DFL);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(get(path("a")), "new");
}

TEST_F(OutputFilesTest, ExitRemovesWhatIsTemporary) {
  const int status = runTool([&] {
    OutputFiles files;
    if (!files.open("", path("a")) || !files.write(path("a"), bytesOf("new")))
      ::_exit(2);
    std::exit(7);
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
  EXPECT_EQ(folder.entries(), 0u);
}

/// A library in the process of another program installs no handler unless a
/// tool asks for it.
TEST_F(OutputFilesTest, LibrariesLeaveSignalsAlone) {
  auto handlers = [] {
    std::vector<sighandler_t> found;
    for (int signal : {SIGHUP, SIGINT, SIGTERM, SIGXFSZ}) {
      struct sigaction action = {};
      ::sigaction(signal, nullptr, &action);
      found.push_back(action.sa_handler);
    }
    return found;
  };
  const auto before = handlers();
  OutputFiles files;
  ASSERT_TRUE(files.open("", path("a")));
  ASSERT_TRUE(files.write(path("a"), bytesOf("new")));
  ASSERT_TRUE(files.commit());
  EXPECT_EQ(handlers(), before);
}

TEST_F(OutputFilesTest, AFileTooLargeIsAnError) {
  const int status = runTool([&] {
    const rlimit small = {1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string error =
        errorOf(writeOne(path("a"), std::string(2000, 'x')));
    ::_exit(error == "cannot write '" + path("a") + "': File too large" ? 0
                                                                        : 2);
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(folder.entries(), 0u);
}

/// If the standard output is closed, a file must not get its descriptor.
TEST_F(OutputFilesTest, AClosedStandardOutputTakesNoFile) {
  const int status = runTool([&] {
    ::close(STDOUT_FILENO);
    prepareTool();
    const int fd = ::open(path("a").c_str(), O_WRONLY | O_CREAT, 0600);
    ::_exit(fd == STDOUT_FILENO || ::write(STDOUT_FILENO, "x", 1) == 1 ? 2 : 0);
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

} // namespace
} // namespace crania
