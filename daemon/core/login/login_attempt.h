// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "core/login/fresh_grant.h"
#include "core/login/logins.h"
#include "core/oauth/authorization_request.h"
#include "core/refresh/pacer.h"
#include "ports/redirect_listener.h"
#include "ports/world.h"

namespace agent {

/// One attempt, from the authorization response to the durable token set: exchange the code, then have a FreshGrant
/// store what it gives. Destroying it abandons the attempt; a code that was sent is then used up.
///
/// `apps`, `book` and what `world` refers to outlive it; `app` is needed only by the constructor.
class LoginAttempt {
  public:
    using Changed = std::function<void()>;

    LoginAttempt(World world, const AppRegistry& apps, AccountBook& book, LoginRequest request, const App& app,
                 const std::string& redirect_uri, std::string id, std::string start_link, WallTime expires_at);

    [[nodiscard]] const LoginState& state() const noexcept { return state_; }
    [[nodiscard]] const std::string& redirect_uri() const noexcept { return state_.redirect_uri; }
    [[nodiscard]] bool is_open() const noexcept { return state_.status == LoginState::Status::kPending; }
    /// True until an authorization response was taken.
    [[nodiscard]] bool awaits_response() const noexcept { return is_open() && !response_taken_; }
    /// The code was sent, so that a grant may come, or is there and not stored yet.
    [[nodiscard]] bool has_grant_at_stake() const noexcept { return is_open() && (call_ || fresh_); }
    /// The store refuses its tokens.
    [[nodiscard]] bool has_unsaved_tokens() const noexcept { return fresh_ && fresh_->is_stuck(); }
    /// Whose browser it is for.
    [[nodiscard]] std::uint32_t user() const noexcept { return request_.user; }
    /// Whether this is the ticket of its start link. It works once: the page for the first browser that has it, and why
    /// not for others.
    [[nodiscard]] bool has_ticket(std::string_view ticket) const noexcept;
    [[nodiscard]] BrowserPage start();
    /// Also when it is over: browsers ask again.
    [[nodiscard]] bool has_state(std::string_view text) const noexcept { return secrets_.state.equals(text); }
    /// Whether a browser has brought the response, and may ask for its page again.
    [[nodiscard]] bool has_page() const noexcept { return came_by_browser_; }

    /// Handles the response: a code starts the exchange, an error ends the attempt. Call only while awaits_response().
    void take(AuthorizationResponse response);
    /// Has the browser shown how the attempt ended, now or when it has ended.
    void show(RedirectListener::Respond browser);
    /// Tells the person something, while it is open.
    void tell(std::string detail);
    /// The same, and has the browser say that the login is not over yet.
    void tell_of_long_wait(std::string detail);
    /// Ends the attempt; does nothing if it has ended, or if its tokens are already being stored.
    void fail(std::string error, std::string detail);
    /// The time for the person is over. Tokens that come all the same are stored if the store takes them.
    void expire();
    /// A person knows that the grant is that of the account's user.
    void accept_unknown_user();
    /// Stores the tokens that are there, or are to come for a code that was sent, without asking whose they are.
    void hurry();

    /// `changed` is called when the state has changed, from the loop or from within another call; not by the
    /// destructor.
    void on_change(Changed changed) { changed_ = std::move(changed); }

  private:
    /// Null when it is not registered any more, or is another by now.
    [[nodiscard]] const App* app() const { return apps_.find(request_.app, origin_); }
    void exchange();
    void take_tokens(const tl::expected<HttpResponse, HttpFailure>& outcome, std::span<const SecretString> sent);
    void keep(TokenAnswer tokens);
    void end(LoginState::Status status, BrowserPage::Kind page);
    [[nodiscard]] BrowserPage page_of(BrowserPage::Kind kind) const;
    void show_all(const BrowserPage& page);

    World world_;
    const AppRegistry& apps_;
    AccountBook& book_;
    LoginRequest request_;
    std::string origin_;  // of the app, for which the person agrees
    LoginSecrets secrets_;
    std::string user_;  // who signed in
    LoginState state_;
    bool started_ = false;  // by the start link
    bool response_taken_ = false;
    bool came_by_browser_ = false;
    bool expired_ = false;
    bool hurried_ = false;
    SecretString code_;
    BootTime sent_at_;  // when the code was sent
    std::vector<RedirectListener::Respond> browsers_;
    std::optional<BrowserPage> page_;  // once it has ended
    std::unique_ptr<Pacer::Ticket> ticket_;
    Pacer::Turn turn_;
    std::unique_ptr<Timer> until_request_;
    std::unique_ptr<HttpCall> call_;
    std::unique_ptr<FreshGrant> fresh_;
    Changed changed_;
};

}  // namespace agent
