// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <string>

#include "base/json/json_writer.h"
#include "cli/authorization.h"
#include "cli/browser.h"
#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "cli/input/input.h"
#include "cli/session.h"
#include "cli/signal_watch.h"
#include "lib/members.h"
#include "lib/token_call.h"
#include "protocol/limits.h"

namespace agent {

namespace {

/// The URL is shown and may be passed to a program that opens anything, so allow only web pages.
bool is_web_page(const std::string& url) {
    return url.starts_with("https://") || url.starts_with("http://");
}

Reply<void> print_begun(const BegunLogin& begun, bool as_json) {
    if (!as_json) return print("Log in on this page:\n\n    " + printable(begun.url) + "\n\n");
    JsonWriter line;
    line.begin_object().member("authorization_url", begun.url).member("id", begun.id).end_object();
    return print(std::string(line.view()) + '\n');
}

/// Asks for the final address of the browser; asks a person again if it is invalid.
Reply<void> read_redirect(const Authorization& authorization, const Patience& patience) {
    while (true) {
        tell("Paste the address where the browser ended up, or the code shown on the page: ");
        AGENT_TRY(const auto line, read_line(STDIN_FILENO, limits::kRedirectedUrlBytes, patience));
        if (!line) return fail(Error::Code::kBadRequest, "nothing was pasted");
        if (line->empty()) continue;
        Reply<void> pasted = authorization.paste(line->reveal());
        if (pasted) return {};
        const bool again = pasted.error().code == "bad_request" && ::isatty(STDIN_FILENO) == 1;
        if (!again) return pasted;
        report(pasted.error(), /*as_json=*/false);
    }
}

Reply<void> print_account(const AgentClient& client, std::string_view account, bool as_json) {
    AGENT_TRY(std::string target, account_path(account));
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = std::move(target)}));
    if (as_json) return print_json(answer);
    const std::string user = user_text(answer.json);
    return print("Logged in: " + std::string(account) + (user.empty() ? "" : " is " + printable(user)) + "\n");
}

}  // namespace

Reply<int> login(const Arguments& arguments) {
    const std::string_view account = arguments.words.front();
    const bool as_json = arguments.has("json");
    const bool paste = arguments.has("paste");
    if (paste && arguments.has("no-browser")) {
        return usage(arguments.command, "--no-browser and --paste exclude each other");
    }
    AGENT_CHECK(account_path(account));
    AGENT_TRY(AgentClient client, client_for(arguments));
    // Outlives the authorization: Ctrl-C cancels that first, and then has its usual effect.
    AGENT_TRY(const SignalWatch signals, SignalWatch::begin());
    client.give_up_when_readable(signals.fd());
    AGENT_TRY(const BegunLogin begun, begin_login(client, arguments));
    Authorization authorization(client, begun.id);
    if (!is_web_page(begun.url))
        return fail(Error::Code::kInternal, "answer of the agent: the page to open is not a web page");
    AGENT_CHECK(print_begun(begun, as_json));
    if (paste) {
        AGENT_CHECK(read_redirect(authorization, Patience::without_end().unless_readable(signals.fd())));
    } else if (!arguments.has("no-browser") && !open_browser(begun.url, signals.mask_before())) {
        tell("No browser could be started. If yours is on another machine: clioctl login --paste\n");
    }
    if (!as_json && !paste) tell("Waiting for the browser; press Ctrl-C to cancel.\n");
    AGENT_CHECK(authorization.await_end());
    AGENT_CHECK(print_account(client, account, as_json));
    return 0;
}

}  // namespace agent
