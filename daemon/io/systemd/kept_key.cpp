// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/kept_key.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace agent {

namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

tl::unexpected<Error> refusal() {
    return fail(Error::Code::kInternal, std::string("key to be kept over a restart: ") + std::strerror(errno));
}

}  // namespace

Result<void> keep_key(const SealingKey& key) {
    const Fd memory(::memfd_create("cliod-data-key", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    const auto raw = key.raw();
    if (!memory || ::write(memory.get(), raw.data(), raw.size()) != static_cast<ssize_t>(raw.size()) ||
        ::fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0)
        return refusal();
    forget_kept_key();
    const std::string state = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + std::string(kKeptKeyName);
    const int fd = memory.get();
    static_cast<void>(::sd_pid_notify_with_fds(0, /*unset_environment=*/0, state.c_str(), &fd, 1));
    return {};
}

void forget_kept_key() {
    const std::string state = "FDSTOREREMOVE=1\nFDNAME=" + std::string(kKeptKeyName);
    static_cast<void>(::sd_notify(/*unset_environment=*/0, state.c_str()));
}

Result<SealingKey> read_kept_key(const Fd& memory) {
    // Reads one byte more than allowed, to detect a longer one.
    bool is_one = false;
    AGENT_TRY(SealingKey key, SealingKey::filled([&](unsigned char* out) {
                  unsigned char more = 0;
                  is_one = ::fcntl(memory.get(), F_GET_SEALS) == kSeals &&
                           ::pread(memory.get(), out, SealingKey::kSize, 0) == SealingKey::kSize &&
                           ::pread(memory.get(), &more, 1, SealingKey::kSize) == 0;
                  return true;
              }));
    if (!is_one) return fail(Error::Code::kConflict, "systemd kept a key that is not this agent's");
    return key;
}

}  // namespace agent
