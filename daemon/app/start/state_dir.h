// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace agent {

/// The private directory with the agent's store and key, locked by one process at a time. Destroying this, or any end
/// of the process, releases it.
class StateDir {
  public:
    /// Locks the directory at `path`, by default state_place(); if it does not exist, creates it with its parents, mode
    /// 0700. Fails with
    /// - kForbidden if it belongs to another user or others can access it; nothing in it is then touched,
    /// - kConflict "already running", naming the process that holds it,
    /// - kInternal for any other system error.
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
