// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/accounts/accounts.h"
#include "core/oauth/app.h"

namespace agent {

/// The public facts of an app; never its secret.
struct AppFacts {
    App app;  // with an empty client_secret
    bool from_configuration = false;
    std::size_t accounts = 0;
};

/// A stored app whose row cannot be used: it was damaged, or sealed by another key. It can be replaced and removed.
struct UnreadableApp {
    std::string name;
    std::string reason;
};

/// The registered OAuth clients: those of the configuration, and those added at run time, which are stored sealed. The
/// whole of what the local protocol can ask of apps; implemented by AppRegistry, faked in tests of the protocol.
class Apps {
  public:
    using Done = std::function<void(Result<void>)>;

    virtual ~Apps() = default;

    [[nodiscard]] virtual std::vector<AppFacts> list() const = 0;
    [[nodiscard]] virtual std::vector<UnreadableApp> unreadable() const = 0;
    [[nodiscard]] virtual Result<AppFacts> facts(std::string_view name) const = 0;

    /// Adds or replaces a run-time app. kConflict for a name that the configuration has; and, unless `replace_grants`,
    /// when living grants came from another client id, region or endpoint: those accounts would have to log in again.
    /// Never calls `done` before it returns; the change goes on when the wait is given up.
    [[nodiscard]] virtual std::unique_ptr<Waiting> put(App app, bool replace_grants, Done done) = 0;
    /// kNotFound, or kConflict when accounts still use it or the configuration has it.
    [[nodiscard]] virtual std::unique_ptr<Waiting> remove(std::string_view name, Done done) = 0;
};

}  // namespace agent
