// SPDX-License-Identifier: Apache-2.0
#include "core/login/login_attempt.h"

#include <utility>

#include "core/oauth/odd_answer.h"
#include "core/oauth/token_request.h"
#include "core/oauth/token_response.h"
#include "protocol/names.h"

namespace agent {

namespace {

// That wait for the end, of which a person has one. More could keep others from the listener's port.
constexpr std::size_t kMostBrowsers = 4;
// Clio: ten minutes, from before the browser brings it.
constexpr std::chrono::minutes kCodeLife{9};

std::string app_is_gone(const std::string& name) {
    return "app " + name + " was removed or changed since the login began; log in again";
}

}  // namespace

LoginAttempt::LoginAttempt(World world, const AppRegistry& apps, AccountBook& book, LoginRequest request,
                           const App& app, const std::string& redirect_uri, std::string id, std::string start_link,
                           WallTime expires_at)
    : world_(world),
      apps_(apps),
      book_(book),
      request_(std::move(request)),
      origin_(origin_of(app)),
      secrets_(make_login_secrets(app, world.entropy)),
      state_{.id = std::move(id),
             .account = request_.account,
             .user = request_.user,
             .redirect_uri = redirect_uri,
             .authorization_url = authorization_url(app, redirect_uri, secrets_),
             .start_url = std::move(start_link),
             .expires_at = expires_at,
             .error = {},
             .detail = {}} {}

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

void LoginAttempt::take(AuthorizationResponse response) {
    response_taken_ = true;
    state_.detail.clear();
    if (!response.error.empty()) {
        const std::string& said = response.error_description;
        return fail(response.error, response.error == "access_denied" ? "the person declined"
                                    : said.empty()                    ? "the authorization server refused"
                                                                      : said);
    }
    code_ = std::move(response.code);
    const App* const app = this->app();
    if (app == nullptr) return fail("exchange_failed", app_is_gone(request_.app));
    const std::string lane = pacer_lane(*app);
    if (const Duration pause = book_.pacer().held_for(lane); pause > kCodeLife) {
        const auto minutes = std::chrono::ceil<std::chrono::minutes>(pause).count();
        return fail("temporarily_unavailable", book_.pacer().held_because(lane) + "; begin the login again in " +
                                                   std::to_string(minutes) + " minutes");
    }
    ticket_ = book_.pacer().queue(lane, Pacer::Priority::kAsked, [this](Pacer::Turn turn) {
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
    HttpRequest request =
        code_request(*app, *secret, state_.redirect_uri, code_.reveal(), secrets_.code_verifier.reveal());
    const SentSecrets sent = secrets_in(request, *secret);
    sent_at_ = world_.clock.boot_now();
    call_ = world_.http.send(std::move(request), [this, sent](const tl::expected<HttpResponse, HttpFailure>& outcome) {
        take_tokens(outcome, *sent);
    });
    code_ = SecretString();  // RFC 6749 section 4.1.2: it works once
}

void LoginAttempt::take_tokens(const tl::expected<HttpResponse, HttpFailure>& outcome,
                               std::span<const SecretString> sent) {
    const auto answered = std::move(call_);
    turn_ = {};
    auto answer = read_token_response(outcome, sent);
    if (!answer) {
        const TokenFailure& failure = answer.error();
        const std::string hint =
            failure.kind == Happening::kAppRefused || failure.kind == Happening::kRequestRefused
                ? "; check client_id and client_secret of app " + request_.app
            : failure.kind == Happening::kGrantDead
                ? "; the code was used, expired, or the redirect_uri differs from the registered one"
                : "; find the cause with: clioctl app check " + as_operand(request_.app);
        return fail("exchange_failed", "token request: " + failure.message + hint);
    }
    if (!answer->repaired.empty()) log_odd_answer(request_.app, request_.account, answer->repaired);
    if (!answer->refresh_token)
        return fail("exchange_failed",
                    "token request: the answer has no refresh_token, so the agent could not keep the "
                    "grant alive; check the scope of app " +
                        request_.app);
    keep(*std::move(answer));
}

void LoginAttempt::keep(TokenAnswer tokens) {
    tokens.sent_at = sent_at_;
    Grant grant{.account = request_.account,
                .app = request_.app,
                .origin = origin_,
                .tokens = std::move(tokens),
                .user = {},
                .replace_user = request_.replace_user};
    fresh_ = std::make_unique<FreshGrant>(
        world_, apps_, book_, std::move(grant), request_.accept_unknown_user,
        FreshGrant::Hooks{.tell =
                              [this](std::string detail) {
                                  state_.error.clear();
                                  tell(std::move(detail));
                              },
                          .tell_stuck = [this](std::string detail) { tell_of_long_wait(std::move(detail)); },
                          .ask_a_person =
                              [this](std::string detail) {
                                  state_.error = "user_unknown";
                                  tell_of_long_wait(std::move(detail));
                              },
                          .ended =
                              [this](const tl::expected<FreshGrant::Kept, FreshGrant::Dropped>& outcome) {
                                  const auto over = std::move(fresh_);
                                  if (!outcome) return fail(outcome.error().error, outcome.error().detail);
                                  user_ = outcome->user;
                                  state_.detail = outcome->detail;
                                  end(LoginState::Status::kDone, BrowserPage::Kind::kSignedIn);
                              }});
    if (expired_) return fresh_->try_once_more();
    hurried_ ? fresh_->hurry() : fresh_->start();
}

void LoginAttempt::show(RedirectListener::Respond browser) {
    came_by_browser_ = true;
    if (page_) return browser(*page_);
    if (!state_.error.empty())
        return browser(page_of(BrowserPage::Kind::kNotYet));  // a person is asked, which may last
    if (browsers_.size() == kMostBrowsers) {
        const auto longest = std::move(browsers_.front());
        browsers_.erase(browsers_.begin());
        longest(page_of(BrowserPage::Kind::kNotYet));
    }
    browsers_.push_back(std::move(browser));
}

void LoginAttempt::tell(std::string detail) {
    if (!is_open() || detail == state_.detail) return;
    state_.detail = std::move(detail);
    if (changed_) changed_();
}

void LoginAttempt::tell_of_long_wait(std::string detail) {
    tell(std::move(detail));
    show_all(page_of(BrowserPage::Kind::kNotYet));
}

void LoginAttempt::fail(std::string error, std::string detail) {
    if (!is_open() || (fresh_ && fresh_->is_being_stored())) return;
    if (fresh_)
        detail += "; the grant that Clio has given lives on there: remove the application under Settings > Apps";
    const bool declined = error == "access_denied";
    state_.error = std::move(error);
    state_.detail = std::move(detail);
    end(LoginState::Status::kFailed, declined ? BrowserPage::Kind::kDeclined : BrowserPage::Kind::kFailed);
}

void LoginAttempt::expire() {
    expired_ = true;
    if (fresh_) return fresh_->try_once_more();
    if (!call_) fail("expired", "nobody finished the login in time; start it again");
}

void LoginAttempt::accept_unknown_user() {
    request_.accept_unknown_user = true;
    if (fresh_) fresh_->accept_unknown_user();
}

void LoginAttempt::hurry() {
    hurried_ = has_grant_at_stake();
    if (fresh_) fresh_->hurry();
}

BrowserPage LoginAttempt::page_of(BrowserPage::Kind kind) const {
    return {.kind = kind, .account = state_.account, .user = user_, .reason = state_.detail};
}

void LoginAttempt::end(LoginState::Status status, BrowserPage::Kind page) {
    state_.status = status;
    ticket_.reset();
    turn_ = {};
    until_request_.reset();
    call_.reset();
    fresh_.reset();
    code_ = SecretString();
    secrets_.code_verifier = SecretString();
    page_ = page_of(page);
    show_all(*page_);
    if (const auto changed = std::exchange(changed_, nullptr)) changed();
}

void LoginAttempt::show_all(const BrowserPage& page) {
    for (const auto& browser : std::exchange(browsers_, {})) browser(page);
}

}  // namespace agent
