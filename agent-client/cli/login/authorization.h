// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/command_line/arguments.h"
#include "lib/agent_client.h"
#include "lib/failure.h"

namespace agent {

/// A login that the agent has begun (schema "authorization").
struct BegunLogin {
    std::string id;
    std::string url;
    std::string start_url;  // for the browser of this user; empty if there is none
    std::int64_t expires_at = 0;

    /// What may be among the arguments of a browser, if possible.
    [[nodiscard]] const std::string& for_browser() const noexcept { return start_url.empty() ? url : start_url; }
};

/// Begins one for `account`, with the options of `clioctl login`.
[[nodiscard]] Reply<BegunLogin> begin_login(const AgentClient& client, std::string_view account,
                                            const Arguments& arguments);

/// A login in progress. Destroying this object cancels an unfinished login, so that nobody can finish it later and its
/// port is free again; that asks the agent once more, and waits for its answer.
class Authorization {
  public:
    /// `client` outlives this.
    Authorization(const AgentClient& client, const std::string& id);
    ~Authorization();
    Authorization(const Authorization&) = delete;
    Authorization& operator=(const Authorization&) = delete;

    /// Submits the final URL of the browser, or the bare code. Fails with "bad_request" if it is neither; the login
    /// then stays open.
    [[nodiscard]] Reply<void> paste(std::string_view redirected_url) const;
    /// Says that the grant is that of the account's user, although Clio does not.
    [[nodiscard]] Reply<void> accept_unknown_user() const;
    struct WhileItWaits {
        std::function<void()> takes_long;                 // called once, after half a minute without news
        std::function<void(std::string_view text)> news;  // why it is still open, for a person; each text once
    };
    /// Waits until the login ends; then returns what the person should know beside, often nothing. Fails with the error
    /// code of a login that failed, such as "access_denied".
    [[nodiscard]] Reply<std::string> await_end(const WhileItWaits& meanwhile);

  private:
    const AgentClient& client_;
    std::string target_;
    bool is_open_ = true;
};

}  // namespace agent
