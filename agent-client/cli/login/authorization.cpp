// SPDX-License-Identifier: Apache-2.0
#include "cli/login/authorization.h"

#include <unistd.h>

#include <utility>

#include "base/json/json_writer.h"
#include "base/text/encoding.h"
#include "cli/login/browser.h"
#include "lib/members.h"

namespace agent {

namespace {

constexpr std::chrono::seconds kOneWait{30};  // of each request for the state; the agent allows up to 60
constexpr std::chrono::seconds kGivingUp{2};  // do not spend longer than this on cancelling

}  // namespace

Reply<BegunLogin> begin_login(const AgentClient& client, std::string_view account, const Arguments& arguments) {
    JsonWriter body;
    body.begin_object().member("account", account);
    if (const auto app = arguments.value("app")) body.member("app", *app);
    body.member("ends_with_caller", true);  // also when it is killed, so that its port is free again
    if (arguments.has("replace-user")) body.member("replace_user", true);
    if (arguments.has("accept-unknown-user")) body.member("accept_unknown_user", true);
    if (const auto user = desktop_user(); user && ::geteuid() == 0) body.member("user", std::uint64_t{*user});
    body.end_object();
    AGENT_TRY(const Answer answer,
              client.call({.method = "POST", .target = "/v1/authorizations", .body = body.view()}));
    AGENT_TRY(const auto id, need_string(answer.json, "id"));
    AGENT_TRY(const auto url, need_string(answer.json, "authorization_url"));
    AGENT_TRY(const auto expires_at, need_integer(answer.json, "expires_at"));
    return BegunLogin{.id = std::string(id),
                      .url = std::string(url),
                      .start_url = std::string(answer.json.find_string("start_url").value_or("")),
                      .expires_at = expires_at};
}

Authorization::Authorization(const AgentClient& client, const std::string& id)
    : client_(client), target_("/v1/authorizations/" + percent_encode(id)) {}

Authorization::~Authorization() {
    if (!is_open_) return;
    const AgentClient last_word(client_.socket(), kGivingUp);
    static_cast<void>(last_word.call({.method = "DELETE", .target = target_}));
}

Reply<void> Authorization::paste(std::string_view redirected_url) const {
    JsonWriter body;
    body.begin_object().member("redirected_url", redirected_url).end_object();
    AGENT_CHECK(client_.call({.method = "POST", .target = target_, .body = body.view()}));
    return {};
}

Reply<void> Authorization::accept_unknown_user() const {
    JsonWriter body;
    body.begin_object().member("accept_unknown_user", true).end_object();
    AGENT_CHECK(client_.call({.method = "POST", .target = target_, .body = body.view()}));
    return {};
}

Reply<std::string> Authorization::await_end(const WhileItWaits& meanwhile) {
    bool told = false;
    std::string last_news;
    const std::string target = target_ + "?wait=" + std::to_string(kOneWait.count());
    while (true) {
        AGENT_TRY(const Answer answer, client_.call({.method = "GET", .target = target}, kOneWait));
        AGENT_TRY(const auto status, need_string(answer.json, "status"));
        const std::string detail(answer.json.find_string("detail").value_or(""));
        if (status == "pending") {
            if (!detail.empty() && detail != last_news)
                meanwhile.news(last_news = detail);
            else if (!std::exchange(told, true))
                meanwhile.takes_long();
            continue;
        }
        is_open_ = false;
        if (status == "done") return detail;
        return fail_with(answer.json.find_string("error").value_or("internal"),
                         detail.empty() ? "the login failed" : detail);
    }
}

}  // namespace agent
