// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <utility>

#include "base/json/json_writer.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/display/table.h"
#include "cli/input/input.h"
#include "cli/proof.h"
#include "cli/session.h"
#include "lib/members.h"
#include "protocol/names.h"

namespace agent {

namespace {

// Options whose values are members of the description (schema "app_description"). The agent checks their values.
struct Field {
    std::string_view option;
    std::string_view member;
    bool needed;
};
constexpr std::array<Field, 7> kFields{{{"product", "product", true},
                                        {"region", "region", true},
                                        {"client-id", "client_id", true},
                                        {"redirect-uri", "redirect_uri", true},
                                        {"scope", "scope", false},
                                        {"rotation", "rotation", false},
                                        {"client-auth", "client_auth", false}}};

Reply<std::string> app_path(std::string_view name) {
    if (!is_valid_name(name)) {
        return fail(Error::Code::kBadRequest, "app: a name has " + std::string(kNameRule));
    }
    return "/v1/apps/" + std::string(name);
}

Reply<void> check_options(const Arguments& arguments) {
    for (const Field& field : kFields) {
        if (field.needed && !arguments.has(field.option)) {
            return usage(arguments.command, "--" + std::string(field.option) + " is missing");
        }
    }
    if (arguments.has("pkce") && arguments.has("no-pkce")) {
        return usage(arguments.command, "--pkce and --no-pkce exclude each other");
    }
    for (const std::string_view endpoint : arguments.values("endpoint")) {
        if (endpoint.find('=') == std::string_view::npos) {
            return usage(arguments.command, "--endpoint takes NAME=URL");
        }
    }
    return {};
}

void write_description(JsonWriter& out, const Arguments& arguments, const SecretString& secret) {
    out.begin_object();
    for (const Field& field : kFields) {
        if (const auto value = arguments.value(field.option)) out.member(field.member, *value);
    }
    out.member("client_secret", secret.reveal());
    if (arguments.has("pkce")) out.member("pkce", true);
    if (arguments.has("no-pkce")) out.member("pkce", false);
    if (const auto endpoints = arguments.values("endpoint"); !endpoints.empty()) {
        out.key("endpoints").begin_object();
        for (const std::string_view endpoint : endpoints) {
            const std::size_t equals = endpoint.find('=');
            out.member(endpoint.substr(0, equals), endpoint.substr(equals + 1));
        }
        out.end_object();
    }
    out.end_object();
}

Reply<Row> app_row(const Json& app) {
    AGENT_TRY(const auto name, need_string(app, "name"));
    AGENT_TRY(const auto product, need_string(app, "product"));
    AGENT_TRY(const auto region, need_string(app, "region"));
    AGENT_TRY(const auto client_id, need_string(app, "client_id"));
    AGENT_TRY(const auto redirect_uri, need_string(app, "redirect_uri"));
    AGENT_TRY(const auto source, need_string(app, "source"));
    AGENT_TRY(const auto accounts, need_integer(app, "accounts"));
    return Row{name, product, region, client_id, redirect_uri, std::to_string(accounts), source};
}

/// An agent of 0.1.0 says nothing of them.
Reply<void> warn_of_unreadable_apps(const Json& answer) {
    if (answer.find("unreadable") == nullptr) return {};
    AGENT_TRY(const Json::Array* apps, need_array(answer, "unreadable"));
    for (const Json& app : *apps) {
        AGENT_TRY(const auto name, need_string(app, "name"));
        AGENT_TRY(const auto reason, need_string(app, "reason"));
        complain("app " + std::string(name) + ": its stored record " + std::string(reason) +
                 "; add it again (clioctl app add) or remove it: clioctl app remove " + std::string(name));
    }
    return {};
}

}  // namespace

Reply<int> list_apps(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = "/v1/apps"}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_CHECK(warn_of_unreadable_apps(answer.json));
    AGENT_TRY(const Json::Array* apps, need_array(answer.json, "apps"));
    if (apps->empty()) {
        tell("No app yet: clioctl app add --help\n");
        return 0;
    }
    std::vector<Row> rows(1);
    for (const char* heading : {"APP", "PRODUCT", "REGION", "CLIENT ID", "REDIRECT URI", "ACCOUNTS", "SOURCE"}) {
        rows.front().emplace_back(heading, Tone::kHeading);
    }
    for (const Json& app : *apps) {
        AGENT_TRY(Row row, app_row(app));
        rows.push_back(std::move(row));
    }
    AGENT_CHECK(print(render_table(rows, wants_colour())));
    return 0;
}

Reply<int> add_app(const Arguments& arguments) {
    const std::string_view name = arguments.words.front();
    AGENT_TRY(std::string target, app_path(name));
    AGENT_CHECK(check_options(arguments));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const SecretString secret, read_secret(arguments.value("secret-file"), "Secret of the app: "));
    JsonWriter body;
    write_description(body, arguments, secret);
    if (arguments.has("replace-grants")) target += "?replace_grants=true";
    AGENT_CHECK(call_as_person(client, arguments, {.method = "PUT", .target = std::move(target), .body = body.view()}));
    if (!arguments.has("json")) AGENT_CHECK(print("Added app " + std::string(name) + "\n"));
    return 0;
}

Reply<int> remove_app(const Arguments& arguments) {
    const std::string_view name = arguments.words.front();
    AGENT_TRY(std::string target, app_path(name));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_CHECK(client.call({.method = "DELETE", .target = std::move(target)}));
    if (!arguments.has("json")) AGENT_CHECK(print("Removed app " + std::string(name) + "\n"));
    return 0;
}

}  // namespace agent
