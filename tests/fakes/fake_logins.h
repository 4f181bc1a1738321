// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/login/logins.h"
#include "fakes/owed_answers.h"

namespace fakes {

/// One login, or none, whose state the test sets.
class FakeLogins final : public agent::Logins {
  public:
    std::optional<agent::Error> error;
    std::optional<agent::LoginState> login;
    OwedAnswers<agent::Result<agent::LoginState>> waits;

    OwedAnswers<agent::Result<std::vector<agent::AppFinding>>> checks;

    // What was asked for last.
    std::string checked;
    agent::LoginRequest request;
    agent::Duration patience{};
    std::string pasted;
    std::string accepted;  // accept_unknown_user()
    std::string cancelled;

    [[nodiscard]] agent::Result<agent::LoginState> start(agent::LoginRequest wanted) override {
        request = std::move(wanted);
        if (error) return tl::unexpected(*error);
        login = agent::LoginState{.id = "login-1",
                                  .account = request.account,
                                  .user = request.user,
                                  .redirect_uri = "http://127.0.0.1:5678/callback",
                                  .authorization_url = "https://app.clio.com/oauth/authorize?state=s",
                                  .start_url = "http://127.0.0.1:5678/clio-agent/start?ticket",
                                  .expires_at = agent::WallTime(std::chrono::seconds(1'800'000'600)),
                                  .status = agent::LoginState::Status::kPending,
                                  .error = "",
                                  .detail = ""};
        return *login;
    }

    [[nodiscard]] std::vector<agent::LoginState> open_logins() const override {
        return login ? std::vector{*login} : std::vector<agent::LoginState>();
    }

    [[nodiscard]] agent::Result<agent::LoginState> state(std::string_view id) const override {
        if (error) return tl::unexpected(*error);
        if (!login || login->id != id) return agent::fail(agent::Error::Code::kNotFound, "no such login");
        return *login;
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> await(std::string_view, agent::Duration most, Done done) override {
        patience = most;
        return waits.add(std::move(done));
    }

    [[nodiscard]] agent::Result<agent::LoginState> accept_unknown_user(std::string_view id) override {
        accepted = id;
        return state(id);
    }
    [[nodiscard]] agent::Result<agent::LoginState> paste(std::string_view id, std::string_view url) override {
        pasted = url;
        return state(id);
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> check_app(const std::string& app, Checked done) override {
        checked = app;
        return checks.add(std::move(done));
    }

    void cancel(std::string_view id) override { cancelled = id; }
};

}  // namespace fakes
