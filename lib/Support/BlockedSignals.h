// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef CRANIA_LIB_SUPPORT_BLOCKEDSIGNALS_H
#define CRANIA_LIB_SUPPORT_BLOCKEDSIGNALS_H

#include <csignal>

namespace crania {

/// Makes signals to this thread wait until it goes out of scope.
class BlockedSignals {
public:
  BlockedSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
  }
  BlockedSignals(const BlockedSignals &) = delete;
  BlockedSignals &operator=(const BlockedSignals &) = delete;
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }

private:
  sigset_t before;
};

} // namespace crania

#endif // CRANIA_LIB_SUPPORT_BLOCKEDSIGNALS_H
