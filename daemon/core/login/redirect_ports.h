// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/redirect_listener.h"

namespace agent {

/// Where a login's browser comes back to, listened on as long as somebody holds it.
struct RedirectPort {
    std::string redirect_uri;
    /// Null for a page of Clio's, where the code is shown to be pasted.
    std::unique_ptr<RedirectListening> listening;
};

/// Opens the ports of redirect URIs. Logins through the same URI share one.
class RedirectPorts {
  public:
    struct Hooks {
        /// As RedirectListener::Expects and OnVisit, of one redirect URI.
        std::function<bool(const std::string& redirect_uri, std::uint32_t user)> expects;
        std::function<void(const std::string& redirect_uri, const BrowserVisit&, const RedirectListener::Respond&)>
            visited;
        /// A port is taken, maybe by one that is not needed any more: gives those up.
        std::function<void()> make_room;
        /// In place of why a port could not be opened.
        std::function<Error(const Url& wanted, Error refused)> explain;
    };

    RedirectPorts(RedirectListener& listener, Hooks hooks) : listener_(listener), hooks_(std::move(hooks)) {}

    /// The first of them that is free, or shared. When none is, fails with the code of the first refusal and all
    /// reasons.
    [[nodiscard]] Result<std::shared_ptr<RedirectPort>> open(const std::vector<std::string>& redirect_uris);

  private:
    [[nodiscard]] Result<std::shared_ptr<RedirectPort>> open_one(const std::string& redirect_uri);

    RedirectListener& listener_;
    Hooks hooks_;
    std::map<std::string, std::weak_ptr<RedirectPort>> open_;
};

}  // namespace agent
