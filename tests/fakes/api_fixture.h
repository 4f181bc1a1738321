// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fakes/fake_accounts.h"
#include "fakes/fake_apps.h"
#include "fakes/fake_backups.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_keyring.h"
#include "fakes/fake_logins.h"
#include "fakes/recorded_reply.h"
#include "io/api/api.h"

namespace fakes {

/// The local protocol over fakes, without a socket. The daemon runs as user 1000.
struct ApiFixture {
    static constexpr uid_t kOwnUser = 1000;
    static constexpr uid_t kStranger = 1001;

    ApiFixture() { api.unlock({.accounts = accounts, .logins = logins, .apps = apps, .backups = backups}); }

    /// One request, and what became of it.
    struct Exchange {
        std::shared_ptr<RecordedReply> reply = std::make_shared<RecordedReply>();
        std::unique_ptr<agent::Waiting> waiting;

        [[nodiscard]] int status() const { return reply->status(); }
        [[nodiscard]] std::string body() const { return reply->body(); }
    };

    [[nodiscard]] Exchange ask(agent::ApiMethod method, std::string_view target, std::string_view body = "",
                               uid_t user = kOwnUser) {
        const std::size_t question = std::min(target.find('?'), target.size());
        const agent::ApiRequest request{.method = method,
                                        .path = std::string(target.substr(0, question)),
                                        .query = std::string(target.substr(std::min(question + 1, target.size()))),
                                        .body = agent::SecretString(body),
                                        .peer = {.uid = user, .gid = user, .pid = 42}};
        Exchange exchange;
        exchange.waiting = api.handle(request, agent::ApiReply(exchange.reply));
        return exchange;
    }
    [[nodiscard]] Exchange get(std::string_view target, uid_t user = kOwnUser) {
        return ask(agent::ApiMethod::kGet, target, "", user);
    }
    [[nodiscard]] Exchange post(std::string_view target, std::string_view body = "", uid_t user = kOwnUser) {
        return ask(agent::ApiMethod::kPost, target, body, user);
    }

    pid_t watched = 0;  // the process whose end is waited for
    FakeClock clock;
    FakeAccounts accounts;
    FakeLogins logins;
    FakeApps apps;
    FakeBackups backups;
    FakeKeyring keyring;
    agent::Events events;
    agent::Result<void> room;  // in locked memory, for a request
    agent::AgentSetting setting{.config_file = "/etc/cliod/cliod.json",
                                .config_error = {},
                                .state_dir = "/var/lib/cliod",
                                .proxy = {},
                                .unused_proxy = {}};
    agent::Api api{{.keyring = keyring,
                    .events = events,
                    .clock = clock,
                    .own_uid = kOwnUser,
                    .version = "1.2.3",
                    .connections = [] { return std::size_t{5}; },
                    .room_for = [this](uid_t) { return room; },
                    .when_process_ends =
                        [this](pid_t process, const std::function<void()>&) {
                            watched = process;
                            return nullptr;
                        },
                    .setting = [this] { return setting; }}};
};

}  // namespace fakes
