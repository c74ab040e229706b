// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TemporaryFile.h"

#include "BlockedSignals.h"
#include "Destination.h"

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace crania;

static std::atomic<TemporarySlot *> slots{nullptr};

/// Returns a slot that holds a copy of `path`.
static TemporarySlot *occupySlot(const std::string &path) {
  char *copy = ::strdup(path.c_str());
  for (TemporarySlot *slot = slots; slot; slot = slot->next) {
    char *free = nullptr;
    if (slot->path.compare_exchange_strong(free, copy))
      return slot;
  }
  auto *slot = new TemporarySlot;
  slot->path = copy;
  slot->next = slots;
  while (!slots.compare_exchange_weak(slot->next, slot))
    ;
  return slot;
}

/// Empties a slot. If a signal handler was faster, it still uses the copy.
static void releaseSlot(TemporarySlot &slot) {
  std::free(slot.path.exchange(nullptr));
}

void crania::removeTemporaryFiles() {
  for (TemporarySlot *slot = slots; slot; slot = slot->next)
    if (char *path = slot->path.exchange(nullptr)) {
      ::unlink(path);
      // A signal handler cannot free the copy. The slot owns it as before.
      char *empty = nullptr;
      slot->path.compare_exchange_strong(empty, path);
    }
}

/// Returns `path` with a suffix that no other output of any process has, short
/// enough for a file name.
static std::string temporaryName(const std::string &path) {
  static std::atomic<unsigned> counter{0};
  constexpr size_t mostOfName = 200; // of 255 bytes
  const size_t name = path.rfind('/') + 1;
  return path.substr(0, name) + path.substr(name, mostOfName) + "." +
         std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
}

Result<TemporaryFile> TemporaryFile::createBeside(const std::string &path,
                                                  mode_t mode) {
  constexpr int attempts = 100;
  // A signal between creation and entry would leave the file behind.
  BlockedSignals blocked;
  TemporaryFile result;
  for (int i = 0; i < attempts && !result.file; ++i) {
    result.path = temporaryName(path);
    result.file = Descriptor(::open(
        result.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!result.file && errno != EEXIST)
      break;
  }
  if (!result.file) {
    result.path.clear(); // not ours
    return systemReason();
  }
  result.slot = occupySlot(result.path);
  return result;
}

TemporaryFile::TemporaryFile(TemporaryFile &&other) noexcept
    : path(std::exchange(other.path, {})),
      slot(std::exchange(other.slot, nullptr)), file(std::move(other.file)),
      published(std::exchange(other.published, {})), state(other.state) {}

TemporaryFile &TemporaryFile::operator=(TemporaryFile &&other) noexcept {
  std::swap(path, other.path);
  std::swap(slot, other.slot);
  std::swap(file, other.file);
  std::swap(published, other.published);
  std::swap(state, other.state);
  return *this;
}

TemporaryFile::~TemporaryFile() {
  if (path.empty())
    return;
  ::unlink(path.c_str());
  release();
}

/// Forgets the temporary name, which names no file anymore.
void TemporaryFile::release() {
  if (slot)
    releaseSlot(*slot);
  slot = nullptr;
  path.clear();
}

bool TemporaryFile::fill(Span<const uint8_t> bytes, const struct stat *old) {
  if (!file.write(bytes))
    return false;
  if (old) {
    const bool isOwner = ::fchown(file.get(), old->st_uid, old->st_gid) == 0;
    // A file must not run with the rights of another owner than before.
    const mode_t kept = isOwner ? 07777 : 0777;
    if (::fchmod(file.get(), old->st_mode & kept) != 0)
      return false;
  }
  return file.close();
}

/// Exchanges the files of two paths. Returns false with errno on an error.
static bool exchangeFiles(const std::string &a, const std::string &b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(),
                     RENAME_EXCHANGE) == 0;
}

static bool isRegular(const std::string &path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool TemporaryFile::publish(const std::string &target, bool exchange) {
  assert(state == State::hidden && !path.empty() && !file &&
         "a file is published once, when it is filled");
  if (exchange && exchangeFiles(path, target)) {
    // Anything can be exchanged, a folder that has just been made too.
    if (!isRegular(path)) {
      exchangeFiles(path, target);
      errno = EEXIST;
      return false;
    }
    published = target;
    state = State::exchanged;
    return true;
  }
  const bool isNew = exchange && errno == ENOENT;
  if (::rename(path.c_str(), target.c_str()) != 0)
    return false;
  release();
  published = target;
  state = isNew ? State::created : State::replaced;
  return true;
}

void TemporaryFile::undo() {
  if (state == State::exchanged)
    exchangeFiles(path, published);
  if (state == State::created)
    ::unlink(published.c_str());
  state = State::hidden;
}
