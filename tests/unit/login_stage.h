// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/login/login_desk.h"
#include "fakes/fake_redirect_listener.h"
#include "unit/core_stage.h"

/// Logins among fakes: the test is the person, the browser and the server.
class LoginStage : public CoreStage {
  public:
    static constexpr std::string_view kJane = R"({"data":{"id":42,"name":"Jane Doe","email":"jane@example.com"}})";
    static constexpr std::string_view kJohn = R"({"data":{"id":43,"name":"John Roe","email":"john@example.com"}})";

    explicit LoginStage(agent::Product product = agent::Product::kManage,
                        agent::Rotation rotation = agent::Rotation::kReusable)
        : CoreStage(rotation, product) {
        desk.emplace(world, listener, *apps, *book);
    }
    /// After a change of `app` or `has_app`.
    void restart() {
        desk.reset();
        CoreStage::restart();
        desk.emplace(world, listener, *apps, *book);
    }

    /// The id of a new attempt.
    std::string begin(const std::string& account = "smith", bool replace_user = false) {
        const auto state = desk->start(
            {.app = {}, .account = account, .replace_user = replace_user, .user = fakes::FakeRedirectListener::kUser});
        cr_assert(state, "%s", state.error().message.c_str());
        return state->id;
    }
    /// A parameter of the URL that the person opens, still percent-encoded.
    std::string parameter(const std::string& id, const std::string& name) {
        const std::string url = desk->state(id)->authorization_url;
        for (const char before : {'?', '&'}) {
            const auto at = url.find(before + name + "=");
            if (at == std::string::npos) continue;
            const auto begin = at + name.size() + 2;
            return url.substr(begin, url.find('&', begin) - begin);
        }
        return "";
    }
    /// The browser comes back with this attempt's state.
    void redirect(const std::string& id, const std::string& more) {
        listener.redirect(more + "&state=" + parameter(id, "state"));
    }
    /// "pending", "done", or the error.
    std::string outcome(const std::string& id) {
        const auto state = desk->state(id);
        if (!state) return std::string(agent::problem_kind(state.error().code).name);
        switch (state->status) {
            case agent::LoginState::Status::kPending:
                return "pending";
            case agent::LoginState::Status::kDone:
                return "done";
            case agent::LoginState::Status::kFailed:
                return state->error;
        }
        return "?";
    }
    std::string detail(const std::string& id) { return desk->state(id)->detail; }

    /// From the code to the durable token set, all going well.
    void finish(const std::string& id, std::string_view user = kJane, std::string_view access = "A1") {
        redirect(id, "code=C");
        run(kAMoment);
        give_tokens(access, "R1");
        http.answer(200, user);
        run(kAMoment);
    }
    std::string paste(const std::string& id, std::string_view text) {
        const auto state = desk->paste(id, text);
        return state ? outcome(id) : std::string(agent::problem_kind(state.error().code).name);
    }
    /// The kind of the last page that a browser was shown; "" when none was.
    std::string page() const {
        if (listener.pages().empty()) return "";
        switch (listener.pages().back().kind) {
            case agent::BrowserPage::Kind::kGoTo:
                return "go to";
            case agent::BrowserPage::Kind::kSignedIn:
                return "signed in";
            case agent::BrowserPage::Kind::kNotYet:
                return "not yet";
            case agent::BrowserPage::Kind::kDeclined:
                return "declined";
            case agent::BrowserPage::Kind::kFailed:
                return "failed";
            case agent::BrowserPage::Kind::kNotExpected:
                return "not expected";
        }
        return "?";
    }

    fakes::FakeRedirectListener listener;
    std::optional<agent::LoginDesk> desk;
};
