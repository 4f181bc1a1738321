// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/login/login_desk.h"
#include "core_stage.h"
#include "io/redirect/browser_connection.h"
#include "target.h"

namespace fuzz {

/// Has the redirect URI of a login listened on by the target itself.
class GivenListener final : public agent::RedirectListener {
  public:
    std::shared_ptr<agent::RedirectSite> site;

    [[nodiscard]] agent::Result<std::unique_ptr<agent::RedirectListening>> listen(const agent::Url& redirect_uri,
                                                                                  Expects expects,
                                                                                  OnVisit on_visit) override {
        site = std::make_shared<agent::RedirectSite>(
            agent::RedirectSite{redirect_uri, std::move(expects), std::move(on_visit)});
        return std::make_unique<agent::RedirectListening>();
    }
};

/// A login that waits for its redirect.
struct LoginStage {
    CoreStage core;
    GivenListener listener;
    agent::LoginDesk desk{core.world(), listener, core.apps, core.book};
    agent::LoginState login = desk.start({.app = "firm", .account = "smith", .replace_user = false, .user = 0}).value();

    [[nodiscard]] std::string state() const {
        constexpr std::string_view kState = "&state=";
        const std::size_t at = login.authorization_url.find(kState) + kState.size();
        return login.authorization_url.substr(at, login.authorization_url.find('&', at) - at);
    }

    /// RFC 6749 section 10.12: nothing happens to a login but by its own state.
    void check_untouched_unless(bool may_be_touched) {
        const auto now = desk.state(login.id);
        FUZZ_ASSERT(now && core.http.sent() <= 1);
        const bool is_touched = core.http.sent() > 0 || now->status != agent::LoginState::Status::kPending;
        FUZZ_ASSERT(may_be_touched || !is_touched);
    }
};

}  // namespace fuzz
