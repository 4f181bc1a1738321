// SPDX-License-Identifier: Apache-2.0
#include "core/login/login_attempt.h"

#include <utility>

#include "core/oauth/odd_answer.h"
#include "core/oauth/token_request.h"
#include "core/oauth/token_response.h"
#include "core/oauth/who_am_i.h"

namespace agent {

namespace {

std::string app_is_gone(const std::string& name) {
    return "app " + name + " was removed or changed since the login began; log in again";
}

std::string described(const ClioUser& user) {
    return user.name + " <" + user.email + ">";
}

}  // namespace

LoginAttempt::LoginAttempt(World world, const AppRegistry& apps, AccountBook& book, LoginRequest request,
                           const App& app, std::string id, std::string start_link, WallTime expires_at)
    : world_(world),
      apps_(apps),
      book_(book),
      request_(std::move(request)),
      redirect_uri_(app.redirect_uri),
      origin_(origin_of(app)),
      secrets_(make_login_secrets(app, world.entropy)),
      state_{.id = std::move(id),
             .account = request_.account,
             .authorization_url = authorization_url(app, secrets_),
             .start_url = std::move(start_link),
             .expires_at = expires_at,
             .error = {},
             .detail = {}} {}

const App* LoginAttempt::app() const {
    const App* const app = apps_.find(request_.app);
    return app != nullptr && origin_of(*app) == origin_ ? app : nullptr;
}

bool LoginAttempt::has_ticket(std::string_view ticket) const noexcept {
    const std::string_view link = state_.start_url;
    const std::size_t at = link.find('?');
    return at != std::string_view::npos && link.substr(at + 1) == ticket;
}

BrowserPage LoginAttempt::start() {
    if (std::exchange(started_, true))
        return {.kind = BrowserPage::Kind::kFailed,
                .account = state_.account,
                .user = {},
                .reason = "This link was opened before, and works once. Begin the login again."};
    return {.kind = BrowserPage::Kind::kGoTo,
            .account = state_.account,
            .user = {},
            .reason = {},
            .location = state_.authorization_url};
}

void LoginAttempt::take(AuthorizationResponse response, RedirectListener::Respond browser) {
    response_taken_ = true;
    browser_ = std::move(browser);
    if (!response.error.empty()) {
        const std::string& said = response.error_description;
        return fail(response.error, response.error == "access_denied" ? "the person declined"
                                    : said.empty()                    ? "the authorization server refused"
                                                                      : said);
    }
    code_ = std::move(response.code);
    const App* const app = this->app();
    if (app == nullptr) return fail("exchange_failed", app_is_gone(request_.app));
    ticket_ = book_.pacer().queue(pacer_lane(*app), Pacer::Priority::kAsked, [this](Pacer::Turn turn) {
        turn_ = std::move(turn);
        exchange();
    });
}

void LoginAttempt::exchange() {
    ticket_.reset();
    if (const Duration wait = turn_.begin_request(); wait > Duration::zero()) {
        until_request_ = world_.timers.after(wait, [this] { exchange(); });
        return;
    }
    const App* const app = this->app();
    if (app == nullptr) return fail("exchange_failed", app_is_gone(request_.app));
    const auto secret = apps_.secret(*app);
    if (!secret) return fail("exchange_failed", secret.error().message);
    sent_at_ = world_.clock.boot_now();
    call_ = world_.http.send(code_request(*app, *secret, code_.reveal(), secrets_.code_verifier.reveal()),
                             [this](const tl::expected<HttpResponse, HttpFailure>& outcome) { take_tokens(outcome); });
    code_ = SecretString();  // RFC 6749 section 4.1.2: it works once
}

void LoginAttempt::take_tokens(const tl::expected<HttpResponse, HttpFailure>& outcome) {
    turn_ = {};
    auto answer = read_token_response(outcome);
    if (!answer) {
        const TokenFailure& failure = answer.error();
        const std::string hint =
            failure.kind == Happening::kAppRefused || failure.kind == Happening::kRequestRefused
                ? "; check client_id and client_secret of app " + request_.app
            : failure.kind == Happening::kGrantDead
                ? "; the code was used, expired, or the redirect_uri differs from the registered one"
                : "; find the cause with: clioctl app check " + request_.app;
        return fail("exchange_failed", "token request: " + failure.message + hint);
    }
    if (!answer->repaired.empty()) log_odd_answer(request_.app, request_.account, answer->repaired);
    if (!answer->refresh_token)
        return fail("exchange_failed",
                    "token request: the answer has no refresh_token, so the agent could not keep the "
                    "grant alive; check the scope of app " +
                        request_.app);
    tokens_ = *std::move(answer);
    tokens_->sent_at = sent_at_;

    const App* const app = this->app();
    if (app == nullptr) return fail("exchange_failed", app_is_gone(request_.app));
    if (app->endpoints.who_am_i.empty()) return check_user(std::nullopt);
    call_ = world_.http.send(
        who_am_i_request(*app, tokens_->access_token.reveal()),
        [this](const tl::expected<HttpResponse, HttpFailure>& asked) { check_user(read_who_am_i(asked)); });
}

void LoginAttempt::check_user(std::optional<ClioUser> user) {
    if (request_.replace_user) return keep(std::move(user));
    const auto present = book_.facts(request_.account);
    const bool is_used = present && present->state != AccountState::kLoginRequired;
    const std::optional<ClioUser> before = present ? present->user : std::nullopt;
    if (before && user && before->id != user->id)
        return fail("user_mismatch", "account " + request_.account + " belongs to " + described(*before) +
                                         ", this login to " + described(*user) +
                                         "; the old grant is kept; use --replace-user to replace it");
    // Unknown is not another; but whether it is the same one, only the person can say.
    if (is_used && !(before && user))
        return fail("user_unknown", "account " + request_.account + " has a grant already, and Clio does not say " +
                                        (user ? "whose that is" : "who has logged in now") +
                                        "; the old grant is kept; use --replace-user to replace it");
    keep(std::move(user));
}

void LoginAttempt::keep(std::optional<ClioUser> user) {
    if (user) user_ = user->name.empty() ? user->email : user->name;
    Grant grant{.account = request_.account,
                .app = request_.app,
                .origin = origin_,
                .tokens = *std::exchange(tokens_, std::nullopt),
                .user = std::move(user)};
    keeping_ = book_.adopt(std::move(grant), [this](const Result<void>& result) {
        keeping_.reset();
        if (!result) return fail("store_failed", result.error().message);
        end(LoginState::Status::kDone, BrowserPage::Kind::kSignedIn);
    });
}

void LoginAttempt::fail(std::string error, std::string detail) {
    if (!is_open() || keeping_) return;
    const bool declined = error == "access_denied";
    state_.error = std::move(error);
    state_.detail = std::move(detail);
    end(LoginState::Status::kFailed, declined ? BrowserPage::Kind::kDeclined : BrowserPage::Kind::kFailed);
}

void LoginAttempt::end(LoginState::Status status, BrowserPage::Kind page) {
    state_.status = status;
    ticket_.reset();
    turn_ = {};
    until_request_.reset();
    call_.reset();
    code_ = SecretString();
    tokens_.reset();
    secrets_ = {};
    if (const auto browser = std::exchange(browser_, nullptr))
        browser({.kind = page, .account = state_.account, .user = user_, .reason = state_.detail});
    if (const auto ended = std::exchange(ended_, nullptr)) ended();
}

}  // namespace agent
