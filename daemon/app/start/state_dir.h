// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace agent {

/// The directory that holds the agent's store and key, private and with one owner at a time. Destroying this, or the
/// end of the process however it comes, gives it free.
class StateDir {
  public:
    /// Takes hold of the directory at `path`, by default state_place(); makes it, mode 0700, with its parents when
    /// there is none. Fails with
    /// - kForbidden when it belongs to another user or others can look into it; nothing in it is then touched,
    /// - kConflict "already running" with the process that holds it,
    /// - kInternal when the system refuses.
    [[nodiscard]] static Result<StateDir> open(const std::optional<std::string>& path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string key_file() const { return path_ + "/key"; }
    [[nodiscard]] std::string log_file() const { return path_ + "/cliod.log"; }
    [[nodiscard]] std::string store_file() const { return path_ + "/store.db"; }
    [[nodiscard]] std::string witness_file() const { return path_ + "/seen.db"; }

  private:
    StateDir(std::string path, Fd lock) noexcept : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_;
    Fd lock_;
};

}  // namespace agent
