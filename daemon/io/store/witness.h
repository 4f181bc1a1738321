// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/store/sqlite.h"
#include "ports/token_store.h"

namespace agent {

/// What was ever durable of a store, by name and generation and without its content, in a file apart from the store: so
/// that an older copy of the store that was put back is known for one.
///
/// It is written after the store and not synced: after a power cut or a kill it may have seen less than was stored,
/// never more.
/// It cannot tell when it is put back together with the store; so it may lie elsewhere.
class Witness {
  public:
    /// Opens the one at `path` for the store with this id, or makes it (mode 0600). One of another store starts over.
    /// Fails with kConflict for any other file and with kInternal when it is damaged or the system refuses; the file is
    /// then as it was.
    [[nodiscard]] static Result<Witness> open(const std::string& path, const std::string& store_id);

    /// Whether it has seen nothing yet, not even start_over().
    [[nodiscard]] bool is_new() const noexcept { return is_new_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    [[nodiscard]] Result<std::vector<SeenRecord>> read();
    /// Changes that have become durable, those whose results are good. Fails with kInternal when the disk refuses.
    [[nodiscard]] Result<void> note(std::span<const StoreChange> changes, std::span<const Result<void>> results);
    /// Forgets what it has seen, and takes `rows` for all there is.
    using EachRow = std::function<Result<void>(const std::function<void(StoredRow)>&)>;
    [[nodiscard]] Result<void> start_over(const EachRow& rows);

  private:
    explicit Witness(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] tl::unexpected<Error> refusal() const;

    std::string path_;
    SqlitePtr db_;
    bool is_new_ = false;
};

}  // namespace agent
