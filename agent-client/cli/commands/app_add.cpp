// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "base/json/json_writer.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/input/app_form.h"
#include "cli/input/input.h"
#include "cli/proof.h"
#include "cli/session.h"
#include "protocol/problem.h"

namespace agent {

namespace {

constexpr std::array<std::string_view, 5> kEndpoints{"authorization", "token", "deauthorize", "api_base", "who_am_i"};

Reply<void> check_switches(const Arguments& arguments) {
    constexpr std::array<std::string_view, 2> kPkce{"pkce", "no-pkce"};
    AGENT_CHECK(at_most_one(arguments, kPkce));
    for (const std::string_view endpoint : arguments.values("endpoint")) {
        const bool known = std::any_of(kEndpoints.begin(), kEndpoints.end(), [&](std::string_view name) {
            return endpoint.starts_with(name) && endpoint.substr(name.size()).starts_with('=');
        });
        if (known) continue;
        return usage(arguments.command, "--endpoint: \"" + std::string(endpoint) +
                                            "\" is not NAME=URL, with a NAME of authorization, token, deauthorize, "
                                            "api_base or who_am_i");
    }
    return {};
}

void write_description(JsonWriter& out, const Arguments& arguments, const AppForm& form, const SecretString& secret) {
    out.begin_object();
    form.write(out);
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

Reply<bool> is_registered(const AgentClient& client, const std::string& target) {
    const auto answer = client.call({.method = "GET", .target = target});
    if (answer) return true;
    if (answer.error().code == problem_kind(Error::Code::kNotFound).name) return false;
    return tl::unexpected(answer.error());
}

/// The agent checks again, and what it refuses is told in the words that were typed.
Reply<void> put(const AgentClient& client, const Arguments& arguments, std::string target,
                std::string_view description) {
    if (arguments.has("replace-grants")) target += "?replace_grants=true";
    auto answer = call_as_person(client, arguments, {.method = "PUT", .target = target, .body = description});
    if (answer) return {};
    Failure failure = std::move(answer).error();
    failure.detail = in_words_of_options(failure.detail);
    return tl::unexpected(std::move(failure));
}

}  // namespace

Reply<int> add_app(const Arguments& arguments) {
    const std::string name(arguments.words.front());
    AGENT_TRY(const std::string target, app_path(name));
    AGENT_CHECK(check_switches(arguments));
    AGENT_TRY(const AppForm form, AppForm::fill(arguments));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const SecretString secret, read_client_secret(arguments.value("secret-file")));
    AGENT_TRY(const bool replaces, is_registered(client, target));
    JsonWriter body;
    write_description(body, arguments, form, secret);
    AGENT_CHECK(put(client, arguments, target, body.view()));
    if (arguments.has("json")) return 0;
    AGENT_CHECK(print((replaces ? "Replaced app " : "Added app ") + name + "\n"));
    if (!replaces) tell("Now log in with: clioctl login ACCOUNT\n");
    return 0;
}

}  // namespace agent
