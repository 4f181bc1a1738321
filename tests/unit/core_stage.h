// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_entropy.h"
#include "fakes/fake_http_client.h"
#include "fakes/fake_token_store.h"
#include "protocol/problem.h"

/// An answer that somebody waits for, in words: "A2#2" is access token A2 of generation 2, " short" after it says that
/// min_ttl was not met; "ready#2" are the facts of an account; errors go by the name of their code.
struct Reply {
    std::unique_ptr<agent::Waiting> waiting;
    std::string text;  // empty until it comes
    agent::Error error{};
    int answers = 0;

    void take(std::string words) {
        text = std::move(words);
        ++answers;
    }
    void take(agent::Error why) {
        take(std::string(agent::problem_kind(why.code).name));
        error = std::move(why);
    }
    void take(agent::Result<agent::IssuedToken> token) {
        if (!token) return take(std::move(token).error());
        take(std::string(token->access_token.reveal()) + "#" + std::to_string(token->generation) +
             (token->min_ttl_met ? "" : " short"));
    }
    void take(agent::Result<agent::AccountFacts> facts) {
        if (!facts) return take(std::move(facts).error());
        take(std::string(word_of(agent::kAccountStates, facts->state)) + "#" + std::to_string(facts->generation));
    }
    void take(agent::Result<void> done) {
        if (!done) return take(std::move(done).error());
        take("done");
    }
};

/// The accounts of an agent among fakes. It has one app, "firm"; requests are paced so fast that one does not notice,
/// and every draw is one half, so that a token of one hour is refreshed after 48 minutes.
class CoreStage {
  public:
    using Duration = agent::Duration;

    explicit CoreStage(agent::Rotation rotation = agent::Rotation::kReusable,
                       agent::Product product = agent::Product::kManage) {
        app.name = "firm";
        app.product = product;
        app.client_id = "id";
        app.client_secret = agent::SecretString("s3cret");
        app.redirect_uris = {"http://127.0.0.1:5678/callback"};
        app.rotation = rotation;
        app.endpoints = {.authorization = "https://as.example/authorize",
                         .token = "https://as.example/token",
                         .deauthorize = "https://as.example/end",
                         .api_base = "https://api.example",
                         .who_am_i = "https://api.example/who"};
        entropy.always_unit(0.5);
        start();
    }
    CoreStage(const CoreStage&) = delete;
    CoreStage& operator=(const CoreStage&) = delete;
    ~CoreStage() { end(); }

    /// Ends the agent as a power cut does, and starts it with what is durable.
    void restart() {
        store.crash();
        end();
        start();
    }
    void start() {
        std::vector<agent::App> configured;
        if (has_app) configured.push_back(app.clone());
        apps.emplace(sealer, timers, store, std::move(configured));
        book.emplace(world, sealer, *apps, events, options);
        for (const auto& [key, row] : store.rows()) {
            if (row.kind == agent::StoredRow::Kind::kApp)
                cr_assert(apps->load(row));
            else
                book->load(row);
        }
        book->start();
    }
    void end() {
        for (Reply& reply : replies_) reply.waiting.reset();
        book.reset();
        apps.reset();
    }

    // What people and callers do.

    /// Tokens A1 and R1 unless said otherwise, durable when this returns.
    void log_in(const std::string& account, Duration expires_in = std::chrono::hours(1), std::string_view access = "A1",
                std::string_view refresh = "R1") {
        const Reply& reply = adopt(account, expires_in, access, refresh);
        timers.turn();
        EXPECT_TEXT(reply.text, "done");
    }
    Reply& adopt(const std::string& account, Duration expires_in, std::string_view access, std::string_view refresh) {
        agent::Grant grant{.account = account,
                           .app = "firm",
                           .origin = agent::origin_of(app),
                           .tokens = {.access_token = agent::SecretString(access),
                                      .refresh_token = agent::SecretString(refresh),
                                      .expires_in = expires_in},
                           .user = {}};
        return waited([&](Reply& to) { return book->adopt(std::move(grant), answer_to<agent::Result<void>>(to)); });
    }
    /// What token_now() says; "wait" when nothing.
    std::string now(const std::string& account, Duration min_ttl = std::chrono::seconds(60)) {
        auto token = book->token_now(account, min_ttl);
        if (!token) return "wait";
        Reply reply;
        reply.take(*std::move(token));
        return reply.text;
    }
    Reply& ask(const std::string& account, Duration min_ttl = std::chrono::seconds(60),
               Duration patience = std::chrono::seconds(30)) {
        return waited([&](Reply& to) {
            return book->await_token(account, min_ttl, patience, answer_to<agent::Result<agent::IssuedToken>>(to));
        });
    }
    Reply& refresh(const std::string& account, Duration patience = std::chrono::seconds(30)) {
        return waited([&](Reply& to) {
            return book->refresh(account, patience, answer_to<agent::Result<agent::AccountFacts>>(to));
        });
    }
    Reply& revive(const std::string& account) {
        return waited([&](Reply& to) {
            return book->revive(account, std::chrono::seconds(30), answer_to<agent::Result<agent::AccountFacts>>(to));
        });
    }
    Reply& remove(const std::string& account, bool revoke, Duration patience = std::chrono::seconds(30)) {
        return waited(
            [&](Reply& to) { return book->remove(account, revoke, patience, answer_to<agent::Result<void>>(to)); });
    }
    std::string report(const std::string& account, std::uint64_t generation, int status = 401,
                       std::uint32_t user = 1000) {
        const auto outcome = book->report(account, generation, status, user);
        if (!outcome) return std::string(agent::problem_kind(outcome.error().code).name);
        switch (*outcome) {
            case agent::ReportOutcome::kNewerExists:
                return "newer_exists";
            case agent::ReportOutcome::kRefreshing:
                return "refreshing";
            case agent::ReportOutcome::kIgnored:
                return "ignored";
        }
        return "?";
    }
    /// "ready#1": state and generation.
    std::string state(const std::string& account) {
        Reply reply;
        reply.take(book->facts(account));
        return reply.text;
    }
    std::string reason(const std::string& account) { return book->facts(account)->reason; }

    // What the authorization server does, to the oldest request that is open.

    void give_tokens(std::string_view access, std::string_view refresh = "",
                     Duration expires_in = std::chrono::hours(1)) {
        std::string body = "{\"token_type\":\"bearer\",\"access_token\":\"" + std::string(access) +
                           "\",\"expires_in\":" + std::to_string(expires_in / std::chrono::seconds(1));
        if (!refresh.empty()) body += ",\"refresh_token\":\"" + std::string(refresh) + "\"";
        http.answer(200, body + "}");
    }
    void say_invalid_grant() { http.answer(400, R"({"error":"invalid_grant","error_description":"revoked"})"); }
    void say_invalid_client() { http.answer(401, R"({"error":"invalid_client"})"); }
    void be_down() { http.answer(503, "<html>", "text/html"); }

    /// A refresh from the turn in the queue to the durable token set. Its request must be the only one open.
    void let_refresh(std::string_view access, std::string_view refresh = "",
                     Duration expires_in = std::chrono::hours(1)) {
        run(kAMoment);
        cr_assert(http.open() == 1, "%zu requests are open", http.open());
        give_tokens(access, refresh, expires_in);
        run(kAMoment);
    }
    void run(Duration d) { timers.advance(d); }
    static constexpr Duration kAMoment = std::chrono::milliseconds(20);  // longer than any turn in the queue takes

    [[nodiscard]] std::string last_refresh_token_sent() const {
        const std::string body(http.last().form_body.reveal());
        const auto begin = body.find("&refresh_token=") + 15;
        return body.substr(begin, body.find('&', begin) - begin);
    }

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::FakeEntropy entropy;
    fakes::FakeHttpClient http;
    fakes::FakeTokenStore store{timers};
    agent::World world{.clock = clock, .timers = timers, .entropy = entropy, .http = http, .store = store};
    agent::Sealer sealer = make_sealer();
    agent::App app;
    bool has_app = true;  // at the next start()
    agent::AccountBook::Options options{.at_fraction = 0.8, .pace = {.per_second = 1000.0, .max_parallel = 8}};
    agent::Events events;
    std::string heard;  // "refreshed smith#2" for each event, one a line
    agent::Events::Subscription listening{
        events, [this](const agent::Event& e) {
            heard.append(word_of(agent::kEventKinds, e.kind)).append(" ").append(e.account).append("#");
            heard.append(std::to_string(e.generation)).append("\n");
        }};
    std::optional<agent::AppRegistry> apps;
    std::optional<agent::AccountBook> book;

    /// Starts something whose answer goes to a new Reply; it must not come before its starter has returned.
    template <class Start>
    Reply& waited(Start start_it) {
        Reply& reply = replies_.emplace_back();
        auto waiting = start_it(reply);
        cr_assert(reply.answers == 0, "answered before its starter had returned");
        reply.waiting = std::move(waiting);
        return reply;
    }
    template <class T>
    static std::function<void(T)> answer_to(Reply& reply) {
        return [&reply](T value) { reply.take(std::move(value)); };
    }

  private:
    static agent::Sealer make_sealer() {
        cr_assert(agent::init_sealing());
        const std::string raw(agent::SealingKey::kSize, 'k');
        return agent::Sealer(*agent::SealingKey::from_raw(agent::as_bytes(raw)));
    }

    std::deque<Reply> replies_;
};
