// SPDX-License-Identifier: Apache-2.0
#include "core/login/login_desk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text/encoding.h"
#include "base/text/url.h"
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

}  // namespace

LoginDesk::LoginDesk(World world, RedirectListener& listener, const AppRegistry& apps, AccountBook& book)
    : world_(world), listener_(listener), apps_(apps), book_(book) {}

Result<const App*> LoginDesk::choose_app(const std::string& name) const {
    if (!name.empty()) {
        if (const App* app = apps_.find(name)) return app;
        return fail(Error::Code::kNotFound, "app " + name + ": not registered (clioctl app list)");
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
    AGENT_TRY(auto listening, listener_.listen(url, [this, redirect_uri](const std::string& query,
                                                                         const RedirectListener::Respond& respond) {
        on_redirect(redirect_uri, query, respond);
    }));
    auto port = std::make_shared<Port>(Port{.listening = std::move(listening)});
    ports_[redirect_uri] = port;
    return port;
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
    Entry entry;
    entry.attempt = std::make_unique<LoginAttempt>(world_, apps_, book_, std::move(request), *app, id,
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

void LoginDesk::cancel(std::string_view id) {
    if (const auto found = entries_.find(id); found != entries_.end())
        found->second.attempt->fail("cancelled", "the login was cancelled");
}

void LoginDesk::on_redirect(const std::string& redirect_uri, const std::string& query,
                            const RedirectListener::Respond& respond) {
    auto response = read_authorization_response(query);
    const auto belongs = [&](const auto& entry) {
        const LoginAttempt& attempt = *entry.second.attempt;
        return attempt.awaits_response() && attempt.redirect_uri() == redirect_uri &&
               attempt.has_state(response->state.reveal());
    };
    const auto found = response ? std::find_if(entries_.begin(), entries_.end(), belongs) : entries_.end();
    if (found == entries_.end())  // RFC 6749 section 10.12: an answer that none of our attempts asked for
        return respond({.kind = BrowserPage::Kind::kNotExpected, .account = {}, .reason = {}});

    LoginAttempt& attempt = *found->second.attempt;
    if (response->code.empty() && response->error.empty())
        return respond({.kind = BrowserPage::Kind::kFailed,
                        .account = attempt.state().account,
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
