// SPDX-License-Identifier: Apache-2.0
#include "core/login/login_desk.h"

#include <algorithm>
#include <array>
#include <utility>

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

/// On the port that the redirect comes back to.
std::string start_link(const std::string& redirect_uri, const std::string& ticket) {
    const std::size_t authority = redirect_uri.find("//") + 2;
    const std::size_t path = redirect_uri.find_first_of("/?", authority);
    return redirect_uri.substr(0, path).append(RedirectListener::kStartPath).append("?").append(ticket);
}

}  // namespace

LoginDesk::LoginDesk(World world, RedirectListener& listener, const AppRegistry& apps, AccountBook& book)
    : world_(world), listener_(listener), apps_(apps), book_(book) {}

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

Result<std::shared_ptr<LoginDesk::Port>> LoginDesk::open_port(const std::string& redirect_uri) {
    AGENT_TRY(const Url url, Url::parse(redirect_uri));
    if (url.scheme != "http") return std::shared_ptr<Port>();  // Clio's approval page: the code is pasted
    if (auto present = ports_[redirect_uri].lock()) return present;
    auto opened = listener_.listen(
        url, [this, redirect_uri](std::uint32_t user) { return expects(redirect_uri, user); },
        [this, redirect_uri](const BrowserVisit& visit, const RedirectListener::Respond& respond) {
            on_visit(redirect_uri, visit, respond);
        });
    if (!opened) return tl::unexpected(why_not_open(url, std::move(opened).error()));
    auto port = std::make_shared<Port>(Port{.listening = *std::move(opened)});
    ports_[redirect_uri] = port;
    return port;
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
    AGENT_TRY(auto port, open_port(app->redirect_uri));
    forget_oldest();

    request.app = app->name;
    const std::string id = random_id(world_.entropy);
    std::string link = port == nullptr ? std::string() : start_link(app->redirect_uri, random_id(world_.entropy));
    Entry entry;
    entry.attempt = std::make_unique<LoginAttempt>(world_, apps_, book_, std::move(request), *app, id, std::move(link),
                                                   world_.clock.now() + kAttemptLife);
    entry.port = std::move(port);
    entry.attempt->on_end([this, id] { ended(id); });
    entry.timer = world_.timers.after(kAttemptLife, [this, id] {
        entries_.find(id)->second.attempt->fail("expired", "nobody finished the login in time; start it again");
    });
    return entries_.emplace(id, std::move(entry)).first->second.attempt->state();
}

Result<LoginState> LoginDesk::state(std::string_view id) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return tl::unexpected(no_such_login(id));
    return found->second.attempt->state();
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
    const auto found = entries_.find(id);
    if (found == entries_.end()) return tl::unexpected(no_such_login(id));
    LoginAttempt& attempt = *found->second.attempt;
    if (!attempt.awaits_response())
        return fail(Error::Code::kConflict, "authorization " + found->first + ": it already has its answer");

    AGENT_TRY(AuthorizationResponse response, read_pasted_response(redirected_url));
    const bool bare_code = response.state.empty() && redirected_url.find('?') == std::string_view::npos;
    if (!bare_code && !attempt.has_state(response.state.reveal()))
        return fail(Error::Code::kBadRequest,
                    "state_mismatch: the pasted URL does not belong to this login; paste the one from this login");
    if (response.code.empty() && response.error.empty())
        return fail(Error::Code::kBadRequest, "the pasted URL has neither a code nor an error");
    attempt.take(std::move(response), nullptr);
    return attempt.state();
}

AppFinding LoginDesk::check_port(const App& app) {
    AppFinding finding{.check = "redirect_port", .verdict = AppFinding::Verdict::kGood, .detail = "free"};
    const auto port = open_port(app.redirect_uri);
    if (!port) {
        finding.verdict = AppFinding::Verdict::kBad;
        finding.detail = port.error().message;
    } else if (*port == nullptr) {
        finding.detail = "not needed: the code is pasted";
    }
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
    request.url = authorization_url(*checked, make_login_secrets(*checked, world_.entropy));
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
        return entry.second.port != nullptr && attempt.redirect_uri() == redirect_uri && attempt.user() == user;
    });
}

void LoginDesk::on_visit(const std::string& redirect_uri, const BrowserVisit& visit,
                         const RedirectListener::Respond& respond) {
    visit.kind == BrowserVisit::Kind::kStart ? on_start(visit, respond) : on_redirect(redirect_uri, visit, respond);
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
    const auto belongs = [&](const auto& entry) {
        const LoginAttempt& attempt = *entry.second.attempt;
        return attempt.awaits_response() && attempt.redirect_uri() == redirect_uri && attempt.user() == visit.user &&
               attempt.has_state(response->state.reveal());
    };
    const auto found = response ? std::find_if(entries_.begin(), entries_.end(), belongs) : entries_.end();
    if (found == entries_.end())  // RFC 6749 section 10.12: an answer that none of our attempts asked for
        return respond({.kind = BrowserPage::Kind::kNotExpected, .account = {}, .user = {}, .reason = {}});

    LoginAttempt& attempt = *found->second.attempt;
    if (response->code.empty() && response->error.empty())
        return respond({.kind = BrowserPage::Kind::kFailed,
                        .account = attempt.state().account,
                        .user = {},
                        .reason = "The answer has neither a code nor an error. The login is still open."});
    attempt.take(*std::move(response), respond);
}

void LoginDesk::ended(const std::string& id) {
    Entry& entry = entries_.find(id)->second;
    // Not at once: the listener or the attempt itself may be the caller.
    entry.timer = world_.timers.after(Duration::zero(), [this, id] {
        Entry& over = entries_.find(id)->second;
        over.port.reset();
        over.timer = world_.timers.after(kRemembered, [this, id] { entries_.erase(id); });
    });
    const auto waits = std::exchange(entry.waits, {});
    for (const auto& wait : waits) wait.answer(entry.attempt->state());
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
