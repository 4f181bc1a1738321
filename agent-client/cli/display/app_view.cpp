// SPDX-License-Identifier: Apache-2.0
#include "cli/display/app_view.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "lib/members.h"

namespace agent {

namespace {

/// An agent of 0.1.0 knows of one.
Reply<std::vector<std::string>> redirect_uris_of(const Json& app) {
    AGENT_TRY(const auto first, need_string(app, "redirect_uri"));
    std::vector<std::string> uris{std::string(first)};
    const Json* const all = app.find("redirect_uris");
    if (all == nullptr || all->array() == nullptr || all->array()->empty()) return uris;
    uris.clear();
    for (const Json& uri : *all->array()) uris.emplace_back(uri.string().value_or("-"));
    return uris;
}

Reply<Row> app_row(const Json& app) {
    AGENT_TRY(const auto name, need_string(app, "name"));
    AGENT_TRY(const auto product, need_string(app, "product"));
    AGENT_TRY(const auto region, need_string(app, "region"));
    AGENT_TRY(const auto client_id, need_string(app, "client_id"));
    AGENT_TRY(const auto redirect_uris, redirect_uris_of(app));
    std::string redirect_uri = redirect_uris.front();
    if (redirect_uris.size() > 1) redirect_uri += " (+" + std::to_string(redirect_uris.size() - 1) + ")";
    AGENT_TRY(const auto source, need_string(app, "source"));
    AGENT_TRY(const auto accounts, need_integer(app, "accounts"));
    return Row{name, product, region, client_id, redirect_uri, std::to_string(accounts), source};
}

}  // namespace

Reply<std::vector<Row>> apps_table(const Json::Array& apps) {
    std::vector<Row> rows(1);
    for (const char* heading : {"APP", "PRODUCT", "REGION", "CLIENT ID", "REDIRECT URI", "ACCOUNTS", "SOURCE"})
        rows.front().emplace_back(heading, Tone::kHeading);
    for (const Json& app : apps) {
        AGENT_TRY(Row row, app_row(app));
        rows.push_back(std::move(row));
    }
    return rows;
}

Reply<std::vector<Row>> app_checks_table(const Json::Array& checks) {
    std::vector<Row> rows;
    for (const Json& check : checks) {
        AGENT_TRY(const auto name, need_string(check, "check"));
        AGENT_TRY(const auto verdict, need_string(check, "verdict"));
        AGENT_TRY(const auto detail, need_string(check, "detail"));
        std::string words(name);
        std::replace(words.begin(), words.end(), '_', ' ');
        const Tone tone = verdict == "good" ? Tone::kGood : verdict == "bad" ? Tone::kBad : Tone::kWarning;
        rows.push_back({words, {verdict, tone}, detail});
    }
    return rows;
}

Reply<std::vector<Row>> app_details(const Json& app) {
    constexpr std::array<std::pair<const char*, const char*>, 7> kTexts{{{"app", "name"},
                                                                         {"product", "product"},
                                                                         {"region", "region"},
                                                                         {"app key", "client_id"},
                                                                         {"scope", "scope"},
                                                                         {"rotation", "rotation"},
                                                                         {"client auth", "client_auth"}}};
    std::vector<Row> rows;
    for (const auto& [label, member] : kTexts) {
        AGENT_TRY(const auto text, need_string(app, member));
        rows.push_back({label, text.empty() ? "-" : text});
    }
    AGENT_TRY(const auto redirect_uris, redirect_uris_of(app));
    for (const std::string& uri : redirect_uris) rows.push_back({"redirect URI", uri});
    AGENT_TRY(const bool pkce, need_boolean(app, "pkce"));
    AGENT_TRY(const auto source, need_string(app, "source"));
    AGENT_TRY(const auto accounts, need_integer(app, "accounts"));
    rows.push_back({"PKCE", pkce ? "yes" : "no"});
    if (const Json* const endpoints = app.find("endpoints"); endpoints != nullptr && endpoints->is_object()) {
        for (const auto& [name, url] : *endpoints->object()) rows.push_back({name, url.string().value_or("-")});
    }
    rows.push_back({"source", source});
    rows.push_back({"accounts", std::to_string(accounts)});
    return rows;
}

}  // namespace agent
