// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string_view>
#include <utility>

#include "base/secret/secret.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/display/token_view.h"
#include "cli/session.h"
#include "lib/token_call.h"

namespace agent {

namespace {

enum class Form { kBare, kHeader, kCurl, kJson };

Reply<Form> form_of(const Arguments& arguments) {
    constexpr std::array<std::string_view, 3> kOptions{"header", "curl", "json"};
    AGENT_CHECK(at_most_one(arguments, kOptions));
    if (arguments.has("header")) return Form::kHeader;
    if (arguments.has("curl")) return Form::kCurl;
    return arguments.has("json") ? Form::kJson : Form::kBare;
}

Reply<void> print_token(const GivenToken& given, Form form) {
    SecretBuffer line;
    if (form == Form::kHeader) line.append("Authorization: Bearer ");
    if (form == Form::kCurl) line.append("header = \"Authorization: Bearer ");
    line.append(given.access_token);
    if (form == Form::kCurl) line.append("\"");
    return print_line(line.view());
}

Reply<GivenToken> ask(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const auto min_ttl, min_ttl_for(arguments));
    return get_token(client, account_for(arguments), min_ttl);
}

}  // namespace

Reply<int> token(const Arguments& arguments) {
    AGENT_TRY(const Form form, form_of(arguments));
    const Reply<GivenToken> given = ask(arguments);
    if (!given) {
        // Without any configuration curl would send the request all the same, with no token.
        if (form == Form::kCurl) AGENT_CHECK(print("proto = \"-all\"\n"));
        return tl::unexpected(given.error());
    }
    warn_of_readable_output("token");
    warn_of_token(*given);
    AGENT_CHECK(form == Form::kJson ? print_json(given->answer) : print_token(*given, form));
    return 0;
}

}  // namespace agent
