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
    /// The socket that systemd passed, if any, otherwise one bound to `path`.
    ///
    /// Binding creates the directory (mode 0700) if its parent exists, and replaces a socket whose owner is dead. The
    /// socket has mode 0600 and accepts connections as soon as it is visible. Fails with kConflict "already running" if
    /// a process answers at `path`, or if `path` is not a socket; with kBadRequest if the path is too long, or if
    /// systemd did not pass exactly one listening Unix stream socket with a path, named "agent" if it has a name;
    /// otherwise with kInternal.
    [[nodiscard]] static Result<ListenSocket> open(const std::filesystem::path& path,
                                                   std::vector<PassedDescriptor> passed = {});

    ListenSocket(ListenSocket&& other) noexcept = default;
    ListenSocket& operator=(ListenSocket&& other) = delete;
    ~ListenSocket();

    /// Non-blocking and listening.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// Where it can be reached, if known.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] bool from_systemd() const noexcept { return inode_ == 0; }

  private:
    ListenSocket(Fd fd, std::string path, ino_t inode) : fd_(std::move(fd)), path_(std::move(path)), inode_(inode) {}

    [[nodiscard]] static Result<ListenSocket> take_over(std::vector<PassedDescriptor> passed);
    [[nodiscard]] static Result<ListenSocket> bind(const std::filesystem::path& path);

    Fd fd_;
    std::string path_;
    ino_t inode_;  // of the file that this process made; 0 if systemd made it
};

}  // namespace agent
