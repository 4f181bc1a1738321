// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "io/systemd/passed_descriptors.h"

namespace agent {

/// The agent's listening Unix socket. Destroying it closes it, and removes the file if this process made it.
class ListenSocket {
  public:
    /// The socket that systemd passed when it passed any, else one bound to `path`.
    ///
    /// Binding makes the directory (mode 0700) if only that is missing, and takes the place of a socket whose owner is
    /// dead. The socket has mode 0600 and accepts from the moment it can be seen. Fails with kConflict "already
    /// running" when somebody answers at `path`, or when something that is no socket lies there; with kBadRequest for
    /// a path that is too long, and when what systemd passed is not exactly one listening Unix stream socket with a
    /// path, named "agent" if it is named; else with kInternal.
    [[nodiscard]] static Result<ListenSocket> open(const std::filesystem::path& path,
                                                   std::vector<PassedDescriptor> passed = {});

    ListenSocket(ListenSocket&& other) noexcept = default;
    ListenSocket& operator=(ListenSocket&& other) = delete;
    ~ListenSocket();

    /// Non-blocking and listening.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// Where it can be reached, as far as is known.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] bool from_systemd() const noexcept { return inode_ == 0; }

  private:
    ListenSocket(Fd fd, std::string path, ino_t inode) : fd_(std::move(fd)), path_(std::move(path)), inode_(inode) {}

    [[nodiscard]] static Result<ListenSocket> adopt(std::vector<PassedDescriptor> passed);
    [[nodiscard]] static Result<ListenSocket> bind(const std::filesystem::path& path);

    Fd fd_;
    std::string path_;
    ino_t inode_;  // of the file that this process made; 0 when systemd made it
};

}  // namespace agent
