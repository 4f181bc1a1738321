// SPDX-License-Identifier: Apache-2.0
#include "cli/display/account_list.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "base/text/number.h"
#include "lib/members.h"

namespace agent {

namespace {

std::string_view text_of(const Json& account, std::string_view member) {
    return account.find_string(member).value_or("");
}

bool comes_before(const Json& a, const Json& b, std::string_view sort) {
    const auto name = [](const Json& account) { return text_of(account, "name"); };
    if (sort == "expiry")
        return std::tuple(a.find_integer("expires_at"), name(a)) < std::tuple(b.find_integer("expires_at"), name(b));
    return std::tuple(text_of(a, sort), name(a)) < std::tuple(text_of(b, sort), name(b));
}

}  // namespace

Reply<std::vector<const Json*>> select_accounts(const Json::Array& accounts, const AccountSelection& selection) {
    std::vector<const Json*> selected;
    for (const Json& account : accounts) {
        AGENT_TRY(const auto state, need_string(account, "state"));
        AGENT_TRY(const auto app, need_string(account, "app"));
        if (selection.state && *selection.state != state) continue;
        if (selection.app && *selection.app != app) continue;
        selected.push_back(&account);
    }
    std::stable_sort(selected.begin(), selected.end(),
                     [&](const Json* a, const Json* b) { return comes_before(*a, *b, selection.sort); });
    return selected;
}

std::string sum_of_accounts(const std::vector<const Json*>& accounts) {
    std::map<std::string_view, std::size_t> by_state;
    for (const Json* account : accounts) ++by_state[text_of(*account, "state")];
    std::string text = counted(accounts.size(), "account");
    std::string_view separator = ": ";
    for (const auto& [state, count] : by_state) {
        text.append(separator).append(std::to_string(count)).append(" ").append(state);
        separator = ", ";
    }
    return text;
}

std::string plain_reason(std::string_view reason) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kKnown{{
        {"the answer to a refresh was lost", "an answer was lost, and the new refresh token with it"},
        {"invalid_grant", "Clio ended this grant"},
        {"invalid_client", "Clio does not accept the app's key or secret"},
        {"is not registered", "its app is not registered"},
        {"stored record is damaged", "its stored record is damaged"},
        {"the API refuses its tokens (401)", "Clio refuses its tokens"},
    }};
    for (const auto& [words, plain] : kKnown) {
        if (reason.find(words) != std::string_view::npos) return std::string(plain);
    }
    return std::string(reason.substr(0, reason.find(';')));
}

}  // namespace agent
