// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "core/login/logins.h"
#include "core/oauth/authorization_request.h"
#include "core/refresh/pacer.h"
#include "ports/redirect_listener.h"
#include "ports/world.h"

namespace agent {

/// One attempt, from the authorization response to the durable token set: exchange the code, ask whose grant it is,
/// store it. Destroying it abandons the attempt; a code that was sent is then used up.
///
/// `apps`, `book` and what `world` refers to outlive it; `app` is needed only by the constructor.
class LoginAttempt {
  public:
    using Ended = std::function<void()>;

    LoginAttempt(World world, const AppRegistry& apps, AccountBook& book, LoginRequest request, const App& app,
                 std::string id, std::string start_link, WallTime expires_at);

    [[nodiscard]] const LoginState& state() const noexcept { return state_; }
    [[nodiscard]] const std::string& redirect_uri() const noexcept { return redirect_uri_; }
    [[nodiscard]] bool is_open() const noexcept { return state_.status == LoginState::Status::kPending; }
    /// True until an authorization response was taken.
    [[nodiscard]] bool awaits_response() const noexcept { return is_open() && !response_taken_; }
    /// Whose browser it is for.
    [[nodiscard]] std::uint32_t user() const noexcept { return request_.user; }
    /// Whether this is the ticket of its start link. It works once: the page for the first browser that has it, and why
    /// not for others.
    [[nodiscard]] bool has_ticket(std::string_view ticket) const noexcept;
    [[nodiscard]] BrowserPage start();
    [[nodiscard]] bool has_state(std::string_view text) const noexcept { return secrets_.state.equals(text); }

    /// Handles the response: a code starts the exchange, an error ends the attempt. Shows `browser`, if there is one,
    /// the result. Call only while awaits_response().
    void take(AuthorizationResponse response, RedirectListener::Respond browser);
    /// Ends the attempt; does nothing if it has ended, or if its tokens are already being stored.
    void fail(std::string error, std::string detail);

    /// `ended` is called once, from the loop or from within take() or fail(), when the attempt has ended; the
    /// destructor does not call it.
    void on_end(Ended ended) { ended_ = std::move(ended); }

  private:
    /// Null when it is not registered any more, or is another by now.
    [[nodiscard]] const App* app() const;
    void exchange();
    void take_tokens(const tl::expected<HttpResponse, HttpFailure>& outcome);
    void check_user(std::optional<ClioUser> user);
    void keep(std::optional<ClioUser> user);
    void end(LoginState::Status status, BrowserPage::Kind page);

    World world_;
    const AppRegistry& apps_;
    AccountBook& book_;
    LoginRequest request_;
    std::string redirect_uri_;
    std::string origin_;  // of the app, for which the person agrees
    LoginSecrets secrets_;
    std::string user_;  // who signed in
    LoginState state_;
    bool started_ = false;  // by the start link
    bool response_taken_ = false;
    SecretString code_;
    BootTime sent_at_;  // when the code was sent
    std::optional<TokenAnswer> tokens_;
    RedirectListener::Respond browser_;
    std::unique_ptr<Pacer::Ticket> ticket_;
    Pacer::Turn turn_;
    std::unique_ptr<Timer> until_request_;
    std::unique_ptr<HttpCall> call_;
    std::unique_ptr<Waiting> keeping_;
    Ended ended_;
};

}  // namespace agent
