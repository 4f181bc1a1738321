// SPDX-License-Identifier: Apache-2.0
#include "core/login/login_desk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "base/text/encoding.h"
#include "base/text/url.h"
#include "core/oauth/authorization_request.h"
#include "protocol/names.h"

namespace agent {

namespace {

Error no_such_login(std::string_view id) {
    return {.code = Error::Code::kNotFound, .message = "authorization " + std::string(id) + ": unknown or expired"};
}

std::string random_id(Entropy& entropy) {
    std::array<std::byte, 16> bytes{};
    entropy.fill(bytes);
    return hex(bytes);
}

/// RFC 6749 section 4.1.2.1. Another one may be anybody's words, which are not repeated.
std::string named_error(std::string_view error) {
    constexpr std::array<std::string_view, 7> kErrors{
        "invalid_request", "unauthorized_client", "access_denied",          "unsupported_response_type",
        "invalid_scope",   "server_error",        "temporarily_unavailable"};
    const bool known = std::find(kErrors.begin(), kErrors.end(), error) != kErrors.end();
    return known ? "the error " + std::string(error) : "an unknown error";
}

/// On the port that the redirect comes back to.
std::string start_link(const std::string& redirect_uri, const std::string& ticket) {
    const std::size_t authority = redirect_uri.find("//") + 2;
    const std::size_t path = redirect_uri.find_first_of("/?", authority);
    return redirect_uri.substr(0, path).append(RedirectListener::kStartPath).append("?").append(ticket);
}

}  // namespace

LoginDesk::LoginDesk(World world, RedirectListener& listener, const AppRegistry& apps, AccountBook& book)
    : world_(world),
      apps_(apps),
      book_(book),
      ports_(listener, {.expects = [this](const std::string& uri, std::uint32_t user) { return expects(uri, user); },
                        .visited = [this](const std::string& uri, const BrowserVisit& visit,
                                          const RedirectListener::Respond& respond) { on_visit(uri, visit, respond); },
                        .make_room = [this] { close_ports_of_ended(); },
                        .explain = [this](const Url& wanted,
                                          Error refused) { return why_not_open(wanted, std::move(refused)); }}) {}

Result<const App*> LoginDesk::choose_app(const std::string& name) const {
    if (!name.empty()) {
        if (const App* app = apps_.find(name)) return app;
        return tl::unexpected(apps_.not_registered(name));
    }
    const auto all = apps_.list();
    if (all.size() == 1) return apps_.find(all.front().app.name);
    if (all.empty())
        return fail(Error::Code::kNotFound, "no app is registered yet; add one with: clioctl app add NAME …");
    return fail(Error::Code::kBadRequest, "there are several apps; name one of them with --app (clioctl app list)");
}

/// The pages of logins that are over give way to those that begin.
void LoginDesk::close_ports_of_ended() {
    for (auto& [id, entry] : entries_) {
        if (!entry.attempt->is_open()) entry.port.reset();
    }
}

/// A port that a login of ours has is not told of as another program's.
Error LoginDesk::why_not_open(const Url& wanted, Error refused) const {
    if (refused.code != Error::Code::kConflict) return refused;
    for (const auto& [id, entry] : entries_) {
        const auto url = Url::parse(entry.attempt->redirect_uri());
        if (!entry.attempt->is_open() || !url || url->port != wanted.port) continue;
        const std::string& account = entry.attempt->state().account;
        refused.message = "port " + std::to_string(wanted.port) + " is taken by the open login of account " + account +
                          ", through an app with another redirect URI; finish it, or cancel it with: clioctl login "
                          "--cancel " +
                          account;
    }
    return refused;
}

Result<LoginState> LoginDesk::start(LoginRequest request) {
    if (!is_valid_name(request.account))
        return fail(Error::Code::kBadRequest, "account: a name has " + std::string(kNameRule));
    const auto open = std::count_if(entries_.begin(), entries_.end(),
                                    [](const auto& entry) { return entry.second.attempt->is_open(); });
    if (static_cast<std::size_t>(open) >= kOpenAttempts)
        return fail(Error::Code::kTemporarilyUnavailable, "too many logins are open; finish or cancel one of them");
    AGENT_TRY(const App* app, choose_app(request.app));
    AGENT_TRY(auto port, ports_.open(app->redirect_uris));
    forget_oldest();

    request.app = app->name;
    const std::string id = random_id(world_.entropy);
    std::string link = port->listening ? start_link(port->redirect_uri, random_id(world_.entropy)) : std::string();
    Entry entry;
    if (request.when_caller_ends) entry.caller_ends = request.when_caller_ends([this, id] { caller_ended(id); });
    entry.attempt = std::make_unique<LoginAttempt>(world_, apps_, book_, std::move(request), *app, port->redirect_uri,
                                                   id, std::move(link), world_.clock.now() + kAttemptLife);
    entry.port = std::move(port);
    entry.attempt->on_change([this, id] { changed(id); });
    entry.timer = world_.timers.after(kAttemptLife, [this, id] { entries_.find(id)->second.attempt->expire(); });
    return entries_.emplace(id, std::move(entry)).first->second.attempt->state();
}

Result<LoginAttempt*> LoginDesk::find(std::string_view id) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return tl::unexpected(no_such_login(id));
    return found->second.attempt.get();
}

Result<LoginState> LoginDesk::state(std::string_view id) const {
    AGENT_TRY(const LoginAttempt* const attempt, find(id));
    return attempt->state();
}

std::vector<LoginState> LoginDesk::open_logins() const {
    std::vector<LoginState> open;
    for (const auto& [id, entry] : entries_) {
        if (entry.attempt->is_open()) open.push_back(entry.attempt->state());
    }
    std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.expires_at < b.expires_at; });
    return open;
}

std::unique_ptr<Waiting> LoginDesk::await(std::string_view id, Duration patience, Done done) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || !found->second.attempt->is_open() || patience <= Duration::zero())
        return answer_later(world_.timers, state(id), std::move(done));

    const Owed<Result<LoginState>> owed(std::move(done));
    owed.keep(world_.timers.after(patience, [this, owed, id = found->first] { owed.answer(state(id)); }));
    auto& waits = found->second.waits;
    std::erase_if(waits, [](const auto& wait) { return !wait.is_open(); });
    waits.push_back(owed);
    return owed.waiting();
}

Result<LoginState> LoginDesk::paste(std::string_view id, std::string_view redirected_url) {
    AGENT_TRY(LoginAttempt* const attempt, find(id));
    if (!attempt->awaits_response())
        return fail(Error::Code::kConflict, "authorization " + attempt->state().id + ": it already has its answer");

    AGENT_TRY(AuthorizationResponse response, read_pasted_response(redirected_url));
    const bool bare_code = response.state.empty() && redirected_url.find('?') == std::string_view::npos;
    if (!bare_code && !attempt->has_state(response.state.reveal()))
        return fail(Error::Code::kBadRequest,
                    "the pasted URL does not belong to this login; paste the one from this login");
    if (response.code.empty() && response.error.empty())
        return fail(Error::Code::kBadRequest, "the pasted URL has neither a code nor an error");
    attempt->take(std::move(response));
    return attempt->state();
}

Result<LoginState> LoginDesk::accept_unknown_user(std::string_view id) {
    AGENT_TRY(LoginAttempt* const attempt, find(id));
    if (!attempt->is_open())
        return fail(Error::Code::kConflict, "authorization " + attempt->state().id + ": it is over");
    attempt->accept_unknown_user();
    return attempt->state();
}

AppFinding LoginDesk::check_port(const App& app) {
    AppFinding finding{.check = "redirect_port", .verdict = AppFinding::Verdict::kGood, .detail = {}};
    const auto port = ports_.open(app.redirect_uris);
    if (!port) {
        finding.verdict = AppFinding::Verdict::kBad;
        finding.detail = port.error().message;
        return finding;
    }
    finding.detail = (*port)->listening ? "free" : "not needed: the code is pasted";
    if (app.redirect_uris.size() > 1) finding.detail += "; the next login takes " + (*port)->redirect_uri;
    return finding;
}

std::unique_ptr<Waiting> LoginDesk::check_app(const std::string& app, Checked done) {
    struct Check : Waiting {
        std::unique_ptr<HttpCall> call;
    };
    const App* const known = apps_.find(app);
    if (known == nullptr)
        return answer_later<Result<std::vector<AppFinding>>>(world_.timers, tl::unexpected(apps_.not_registered(app)),
                                                             std::move(done));
    const auto checked = std::make_shared<App>(known->clone());
    auto check = std::make_unique<Check>();
    HttpRequest request;
    request.url =
        authorization_url(*checked, checked->redirect_uris.front(), make_login_secrets(*checked, world_.entropy));
    check->call = world_.http.send(
        std::move(request), [this, checked, port = check_port(*checked), done = std::move(done)](HttpOutcome outcome) {
            done(std::vector{port, judge_authorization(*checked, outcome), judge_clock(outcome, world_.clock.now())});
        });
    return check;
}

void LoginDesk::cancel(std::string_view id) {
    if (const auto found = entries_.find(id); found != entries_.end())
        found->second.attempt->fail("cancelled", "the login was cancelled");
}

bool LoginDesk::expects(const std::string& redirect_uri, std::uint32_t user) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
        const LoginAttempt& attempt = *entry.second.attempt;
        return entry.second.port && attempt.redirect_uri() == redirect_uri && attempt.user() == user;
    });
}

void LoginDesk::on_visit(const std::string& redirect_uri, const BrowserVisit& visit,
                         const RedirectListener::Respond& respond) {
    switch (visit.kind) {
        case BrowserVisit::Kind::kStart:
            return on_start(visit, respond);
        case BrowserVisit::Kind::kRedirect:
            return on_redirect(redirect_uri, visit, respond);
        case BrowserVisit::Kind::kOverTls:
            return on_tls(redirect_uri, visit.user);
    }
}

void LoginDesk::on_start(const BrowserVisit& visit, const RedirectListener::Respond& respond) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
        const LoginAttempt& attempt = *entry.second.attempt;
        return attempt.awaits_response() && attempt.user() == visit.user && attempt.has_ticket(visit.query);
    });
    if (found == entries_.end())
        return respond({.kind = BrowserPage::Kind::kNotExpected, .account = {}, .user = {}, .reason = {}});
    respond(found->second.attempt->start());
}

void LoginDesk::on_redirect(const std::string& redirect_uri, const BrowserVisit& visit,
                            const RedirectListener::Respond& respond) {
    auto response = read_authorization_response(visit.query);
    if (!response)
        return on_stray(redirect_uri, visit, respond, "its address is damaged: it has a broken percent-encoding");
    if (response->state.empty()) {
        const std::string error = response->error.empty() ? "" : named_error(response->error) + " and ";
        return on_stray(redirect_uri, visit, respond, "it has " + error + "no state, which tells whose login it ends");
    }
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
        const LoginAttempt& attempt = *entry.second.attempt;
        return attempt.redirect_uri() == redirect_uri && attempt.user() == visit.user &&
               attempt.has_state(response->state.reveal());
    });
    if (found == entries_.end())  // RFC 6749 section 10.12: an answer that none of our attempts asked for
        return on_stray(redirect_uri, visit, respond, "it belongs to another login, or to one that is over");

    LoginAttempt& attempt = *found->second.attempt;
    if (!attempt.awaits_response()) return attempt.show(respond);
    if (response->code.empty() && response->error.empty())
        return on_stray(redirect_uri, visit, respond, "it has neither a code nor an error");
    attempt.show(respond);
    attempt.take(*std::move(response));
}

/// An answer that cannot be taken changes nothing, since anybody can make the browser bring one. But the person who
/// waits for the right one hears of it.
void LoginDesk::on_stray(const std::string& redirect_uri, const BrowserVisit& visit,
                         const RedirectListener::Respond& respond, const std::string& what) {
    bool awaited = false;
    for (auto& [id, entry] : entries_) {
        LoginAttempt& attempt = *entry.attempt;
        if (!attempt.awaits_response() || attempt.redirect_uri() != redirect_uri || attempt.user() != visit.user)
            continue;
        awaited = true;
        note(id, "the browser came back with an answer that cannot be taken: " + what);
    }
    if (!awaited) return respond({.kind = BrowserPage::Kind::kNotExpected, .account = {}, .user = {}, .reason = {}});
    respond({.kind = BrowserPage::Kind::kFailed,
             .account = {},
             .user = {},
             .reason = "This answer cannot be taken: " + what +
                       ". The login is still open: go back in the browser and allow the access again."});
}

void LoginDesk::on_tls(const std::string& redirect_uri, std::uint32_t user) {
    const auto port = Url::parse(redirect_uri)->port;
    for (auto& [id, entry] : entries_) {
        LoginAttempt& attempt = *entry.attempt;
        const auto url = Url::parse(attempt.redirect_uri());
        if (!attempt.awaits_response() || attempt.user() != user || !url || url->port != port) continue;
        note(id, "the browser came back over https, but the redirect URI is " + attempt.redirect_uri() +
                     ": put http in place of https in the address bar, or switch the browser's HTTPS-only mode off");
    }
}

void LoginDesk::note(const std::string& id, const std::string& what) {
    constexpr int kMostNotes = 10;  // of one login; any page can have the browser bring something
    Entry& entry = entries_.find(id)->second;
    if (++entry.notes > kMostNotes) return;
    log(LogLevel::kWarning, "a login goes on after what its browser brought",
        {{"account", entry.attempt->state().account}, {"reason", what}});
    entry.attempt->tell(what + "; the login is still open");
}

void LoginDesk::changed(const std::string& id) {
    Entry& entry = entries_.find(id)->second;
    if (!entry.attempt->is_open()) {
        // Not at once: the listener or the attempt itself may be the caller.
        const Duration page_life = entry.attempt->has_page() ? kPageLife : Duration::zero();
        entry.timer = world_.timers.after(page_life, [this, id] { close_port(id); });
    }
    const auto waits = std::exchange(entry.waits, {});
    for (const auto& wait : waits) wait.answer(entry.attempt->state());
    look_for_end();
}

void LoginDesk::caller_ended(const std::string& id) {
    LoginAttempt& attempt = *entries_.find(id)->second.attempt;
    if (attempt.awaits_response()) attempt.fail("cancelled", "the program that began the login has ended");
}

void LoginDesk::close_port(const std::string& id) {
    Entry& over = entries_.find(id)->second;
    over.port.reset();
    over.caller_ends.reset();
    over.timer = world_.timers.after(kRemembered, [this, id] { entries_.erase(id); });
}

void LoginDesk::wind_down(std::function<void()> over) {
    over_ = std::move(over);
    for (auto& [id, entry] : entries_) entry.attempt->hurry();
    look_for_end();
}

void LoginDesk::resume() {
    over_ = nullptr;
    over_timer_.reset();
}

bool LoginDesk::has_grants_at_stake() const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const auto& entry) { return entry.second.attempt->has_grant_at_stake(); });
}

bool LoginDesk::has_unsaved_tokens() const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const auto& entry) { return entry.second.attempt->has_unsaved_tokens(); });
}

void LoginDesk::look_for_end() {
    if (!over_ || over_timer_ || has_grants_at_stake()) return;
    // Not at once: the desk may be destroyed then, and an attempt of it may be the caller.
    over_timer_ = world_.timers.after(Duration::zero(), [this] {
        over_timer_.reset();
        if (has_grants_at_stake()) return;
        const auto ended = std::exchange(over_, nullptr);
        if (ended) ended();
    });
}

void LoginDesk::forget_oldest() {
    if (entries_.size() < kRememberedAttempts) return;
    const auto oldest = std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        const auto key = [](const auto& e) {
            return std::pair(e.second.attempt->is_open(), e.second.attempt->state().expires_at);
        };
        return key(a) < key(b);
    });
    entries_.erase(oldest);
}

}  // namespace agent
