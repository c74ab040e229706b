// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/OutputFiles.h"

#include "BlockedSignals.h"
#include "Destination.h"
#include "TemporaryFile.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

using namespace crania;

namespace {

/// A file that no other output may replace.
struct TakenFile {
  FileIdentity identity;
  std::string description; ///< for errors
  /// The standard stream that leads to it. An output that names this very
  /// stream may write there.
  std::optional<int> stream = std::nullopt;
};

struct Output {
  std::string role;
  std::string path; ///< path as the user gave it
  Destination destination;
  uint64_t bytes = 0; ///< 0: not known
  bool isWritten = false;
  /// Open until it is written in place.
  Descriptor inPlace;
  /// There if it has been written and is not in place.
  std::optional<TemporaryFile> temporary;

  Error error(const Error &reason) const {
    if (path == "-")
      return {"cannot write the standard output: " + reason.message};
    return {(role.empty() ? "" : role + ": ") + "cannot write '" + path +
            "': " + reason.message};
  }
  dev_t device() const { return destination.identity->device; }
  const struct stat *old() const {
    return destination.old ? &*destination.old : nullptr;
  }
};

} // namespace

struct OutputFiles::State {
  std::vector<TakenFile> taken;
  std::vector<Output> outputs;

  void take(const struct stat &info, std::string description,
            std::optional<int> stream = std::nullopt) {
    if (S_ISREG(info.st_mode))
      taken.push_back({FileIdentity{info.st_dev, info.st_ino, {}},
                       std::move(description), stream});
  }
  Status accept(Output &output);
  Status checkFree(const Output &output) const;
  Status checkRoom(const Output &output) const;
};

static std::string quoted(const std::string &path, const std::string &role) {
  return "'" + path + "'" + (role.empty() ? "" : " of " + role);
}

/// Returns the bytes that the process can still write to the file system of
/// `path`, if the system tells.
static std::optional<uint64_t> roomBeside(const std::string &path) {
  struct statvfs info;
  if (::statvfs(folderOf(path).c_str(), &info) != 0 || info.f_blocks == 0)
    return std::nullopt;
  const uint64_t blocks = ::geteuid() == 0 ? info.f_bfree : info.f_bavail;
  return blocks * info.f_frsize;
}

static Status checkRoomFor(uint64_t bytes, const std::string &path) {
  const std::optional<uint64_t> room = roomBeside(path);
  if (!room || bytes <= *room)
    return {};
  return Error{"its file system has room for " + std::to_string(*room) +
               " bytes, and " + std::to_string(bytes) +
               " are needed; make room or choose another folder"};
}

/// Checks that a file may be replaced: some permission to write is set.
static Status checkPermission(const Destination &destination) {
  constexpr mode_t anyWrite = S_IWUSR | S_IWGRP | S_IWOTH;
  if (!destination.old)
    return {};
  const bool isWritable =
      (destination.old->st_mode & anyWrite) != 0 &&
      ::faccessat(AT_FDCWD, destination.path.c_str(), W_OK, AT_EACCESS) == 0;
  if (isWritable)
    return {};
  return Error{"the file is read-only; give another name or make it writable"};
}

/// Checks that the folder takes a new file. Only a try tells for every file
/// system.
static Status checkFolder(const std::string &path) {
  Result<TemporaryFile> trial = TemporaryFile::createBeside(path, S_IRUSR);
  if (trial)
    return {};
  return Error{"no file can be created in its folder '" + folderOf(path) +
               "': " + trial.error().message};
}

/// Opens what is written in place. Access that an own descriptor lacks shows
/// here, and not after the work.
static Result<Descriptor> openInPlace(const Destination &destination) {
  const std::optional<int> &own = destination.ownDescriptor;
  if (own && (::fcntl(*own, F_GETFL) & O_ACCMODE) == O_RDONLY)
    return Error{"Bad file descriptor: it is open for reading only"};
  constexpr int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY;
  Descriptor file(destination.ownDescriptor
                      ? ::fcntl(*destination.ownDescriptor, F_DUPFD_CLOEXEC, 0)
                      : ::open(destination.path.c_str(), flags));
  if (!file)
    return systemReason();
  return file;
}

/// Fails if the output is an input or another output. A pipe has no identity,
/// but a descriptor that another output uses too.
Status OutputFiles::State::checkFree(const Output &output) const {
  const std::optional<FileIdentity> &identity = output.destination.identity;
  const std::optional<int> &own = output.destination.ownDescriptor;
  for (const Output &other : outputs)
    if (own && other.destination.ownDescriptor == own)
      return Error{"it is the same stream as " +
                   quoted(other.path, other.role) +
                   ", which is written too; give another name"};
  if (!identity)
    return {};
  for (const TakenFile &file : taken)
    if (file.identity == *identity && !(own && file.stream == own))
      return Error{"it is the same file as " + file.description +
                   "; give another name"};
  return {};
}

/// Fails if the outputs in the same file system are larger than its room.
Status OutputFiles::State::checkRoom(const Output &output) const {
  uint64_t bytes = output.bytes;
  if (bytes == 0)
    return {};
  for (const Output &other : outputs)
    if (!other.destination.isInPlace && other.device() == output.device())
      bytes += other.bytes;
  return checkRoomFor(bytes, output.destination.path);
}

Status OutputFiles::State::accept(Output &output) {
  if (Status status = checkFree(output); !status)
    return status;
  if (output.destination.isInPlace) {
    Result<Descriptor> file = openInPlace(output.destination);
    if (!file)
      return file.error();
    output.inPlace = std::move(*file);
    return {};
  }
  if (Status status = checkPermission(output.destination); !status)
    return status;
  if (Status status = checkFolder(output.destination.path); !status)
    return status;
  return checkRoom(output);
}

OutputFiles::OutputFiles() : state(std::make_unique<State>()) {
  struct stat info;
  if (::fstat(STDOUT_FILENO, &info) == 0)
    state->take(info, "the standard output", STDOUT_FILENO);
  if (::fstat(STDERR_FILENO, &info) == 0)
    state->take(info, "the standard error", STDERR_FILENO);
}

OutputFiles::OutputFiles(OutputFiles &&) noexcept = default;
OutputFiles &OutputFiles::operator=(OutputFiles &&) noexcept = default;
OutputFiles::~OutputFiles() = default;

void OutputFiles::addInput(const std::string &role, const std::string &path) {
  struct stat info;
  if (path == "-" && ::fstat(STDIN_FILENO, &info) == 0)
    state->take(info, "the standard input");
  if (path != "-" && ::stat(path.c_str(), &info) == 0)
    state->take(info, quoted(path, role) + ", which is read");
}

Status OutputFiles::open(const std::string &role, const std::string &path,
                         uint64_t bytes) {
  Output output;
  output.role = role;
  output.path = path;
  output.bytes = bytes;
  Result<Destination> destination = resolveDestination(path);
  if (!destination)
    return output.error(destination.error());
  output.destination = std::move(*destination);
  if (Status status = state->accept(output); !status)
    return output.error(status.error());
  if (output.destination.identity)
    state->taken.push_back({*output.destination.identity,
                            quoted(path, role) + ", which is written too"});
  state->outputs.push_back(std::move(output));
  return {};
}

/// Writes the contents of an output that is not in place next to it.
static Status writeBeside(Output &output, Span<const uint8_t> bytes) {
  const std::string &path = output.destination.path;
  if (Status status = checkRoomFor(bytes.size(), path); !status)
    return status;
  constexpr mode_t anybody = 0666, permissions = 0777; // but for the umask
  Result<TemporaryFile> file = TemporaryFile::createBeside(
      path, output.old() ? output.old()->st_mode & permissions : anybody);
  if (!file)
    return file.error();
  if (!file->fill(bytes, output.old()))
    return systemReason();
  output.temporary = std::move(*file);
  return {};
}

static Status writeInPlace(Output &output, Span<const uint8_t> bytes) {
  if (!output.inPlace.write(bytes) || !output.inPlace.close())
    return systemReason();
  return {};
}

Status OutputFiles::write(const std::string &path, Span<const uint8_t> bytes) {
  auto output = std::find_if(state->outputs.begin(), state->outputs.end(),
                             [&](const Output &output) {
                               return output.path == path && !output.isWritten;
                             });
  if (output == state->outputs.end())
    return Error{"cannot write '" + path + "': it has not been opened"};
  output->isWritten = true;
  Status status = output->destination.isInPlace ? writeInPlace(*output, bytes)
                                                : writeBeside(*output, bytes);
  if (!status)
    return output->error(status.error());
  return {};
}

Status OutputFiles::commit() {
  // A signal must not leave a part of the outputs behind.
  BlockedSignals blocked;
  std::vector<Output *> written;
  for (Output &output : state->outputs)
    if (output.temporary)
      written.push_back(&output);
  for (size_t i = 0; i < written.size(); ++i) {
    if (written[i]->temporary->publish(written[i]->destination.path,
                                       written.size() > 1))
      continue;
    Error error = written[i]->error(systemReason());
    while (i-- > 0)
      written[i]->temporary->undo();
    return error;
  }
  for (Output *output : written)
    output->temporary.reset();
  return {};
}

bool OutputFiles::useStandardOutput() const {
  return std::any_of(state->outputs.begin(), state->outputs.end(),
                     [](const Output &output) {
                       return output.destination.ownDescriptor == STDOUT_FILENO;
                     });
}
