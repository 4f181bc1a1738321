// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/json/json_writer.h"
#include "base/text/encoding.h"
#include "base/text/printable.h"
#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "cli/input/input.h"
#include "cli/login/advice.h"
#include "cli/login/authorization.h"
#include "cli/login/browser.h"
#include "cli/session.h"
#include "cli/signal_watch.h"
#include "lib/members.h"
#include "lib/token_call.h"
#include "protocol/limits.h"
#include "protocol/names.h"

namespace agent {

namespace {

/// The URL is shown and may be passed to a program that opens anything, so allow only web pages.
bool is_web_page(const std::string& url) {
    return url.starts_with("https://") || url.starts_with("http://");
}

/// How the code comes from the browser to the agent.
enum class Way { kBrowserHere, kBrowserAnywhere, kPaste };

Reply<void> print_begun(const BegunLogin& begun, bool as_json) {
    if (!as_json) return print("Log in on this page:\n\n    " + printable(begun.url) + "\n\n");
    JsonWriter line;
    line.begin_object().member("authorization_url", begun.url).member("id", begun.id).end_object();
    return print_json(line.view());
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
    const std::string name(account);
    AGENT_CHECK(print("Logged in: " + name + (user.empty() ? "" : " is " + printable(user)) + "\n"));
    tell("Next: clioctl token " + as_operand(name) +
         (name.starts_with('-') ? "\n" : ", or clioctl run " + name + " -- COMMAND\n"));
    return {};
}

Reply<std::string> account_to_log_in(const Arguments& arguments) {
    auto account = account_for(arguments);
    if (!account) return usage(arguments.command, "ACCOUNT is missing");
    AGENT_CHECK(account_path(*account));
    return *std::move(account);
}

Way way_for(const Arguments& arguments, const LoginPage& page) {
    if (arguments.has("paste") || !page.comes_back()) return Way::kPaste;
    return arguments.has("no-browser") ? Way::kBrowserAnywhere : Way::kBrowserHere;
}

/// Tells on standard error what a person must do, and opens the browser.
void guide(const Arguments& arguments, const BegunLogin& begun, const LoginPage& page, Way way,
           const std::string& account, const SignalWatch& signals) {
    const bool opens = !arguments.has("no-browser") && !arguments.has("paste");
    if (way == Way::kPaste) {
        tell(page.comes_back() ? elsewhere(page, account, ::getenv)
                               : "The redirect URI of this app is a page that shows a code: paste that here.\n");
    } else {
        tell("Waiting for the browser, at most " + duration_text(begun.expires_at - unix_now()) +
             "; press Ctrl-C to cancel.\n");
    }
    if (opens && !open_browser(begun.for_browser(), signals) && !SignalWatch::has_arrived(kEndingSignals))
        tell("No browser could be started here. " + elsewhere(page, account, ::getenv));
}

/// Waits for it, and tells how it ended.
Reply<void> see_to_the_end(const AgentClient& client, Authorization& authorization, std::string_view account,
                           bool as_json, const Authorization::WhileItWaits& meanwhile) {
    AGENT_TRY(const std::string remark, authorization.await_end(meanwhile));
    AGENT_CHECK(print_account(client, account, as_json));
    if (!remark.empty()) complain(remark);
    return {};
}

/// The open login of `account` for which Clio does not say who logged in; empty if there is none.
Reply<std::string> login_of_unknown_user(const AgentClient& client, std::string_view account) {
    AGENT_TRY(const Answer listing, client.call({.method = "GET", .target = "/v1/authorizations"}));
    AGENT_TRY(const Json::Array* logins, need_array(listing.json, "authorizations"));
    for (const Json& login : *logins) {
        AGENT_TRY(const auto id, need_string(login, "id"));
        if (login.find_string("account") == account && login.find_string("error") == "user_unknown")
            return std::string(id);
    }
    return {};
}

Reply<void> accept_unknown_user(const AgentClient& client, const std::string& id, const std::string& account,
                                bool as_json) {
    Authorization authorization(client, id);
    AGENT_CHECK(authorization.accept_unknown_user());
    return see_to_the_end(client, authorization, account, as_json, {.takes_long = [] {}, .news = complain});
}

Reply<void> run_login(AgentClient& client, const Arguments& arguments, const std::string& account) {
    const bool as_json = arguments.has("json");
    if (arguments.has("accept-unknown-user")) {
        AGENT_TRY(const std::string open, login_of_unknown_user(client, account));
        if (!open.empty()) return accept_unknown_user(client, open, account, as_json);
    }
    // Outlives the authorization: Ctrl-C cancels that first, and then has its usual effect.
    AGENT_TRY(const SignalWatch signals, SignalWatch::begin());
    client.give_up_when_readable(signals.fd());
    AGENT_TRY(const BegunLogin begun, begin_login(client, account, arguments));
    Authorization authorization(client, begun.id);
    if (!is_web_page(begun.url))
        return fail(Error::Code::kInternal, "answer of the agent: the page to open is not a web page");
    AGENT_CHECK(print_begun(begun, as_json));
    const LoginPage page = LoginPage::of(begun.url);
    const Way way = way_for(arguments, page);
    if (!as_json) {
        guide(arguments, begun, page, way, account, signals);
    } else if (way == Way::kBrowserHere) {
        static_cast<void>(open_browser(begun.for_browser(), signals));
    }
    if (way == Way::kPaste)
        AGENT_CHECK(read_redirect(authorization, Patience::without_end().unless_readable(signals.fd())));
    return see_to_the_end(client, authorization, account, as_json,
                          {.takes_long =
                               [&] {
                                   if (!as_json && way != Way::kPaste) tell(what_to_compare(page));
                               },
                           .news =
                               [&](std::string_view detail) {
                                   if (!as_json) complain(detail);
                               }});
}

/// Those of `account`, or all.
Reply<void> cancel_logins(const AgentClient& client, const Answer& listing, std::string_view account, bool as_json) {
    AGENT_TRY(const Json::Array* logins, need_array(listing.json, "authorizations"));
    JsonWriter cancelled;
    cancelled.begin_object().key("cancelled").begin_array();
    bool any = false;
    for (const Json& login : *logins) {
        AGENT_TRY(const auto id, need_string(login, "id"));
        AGENT_TRY(const auto its_account, need_string(login, "account"));
        if (!account.empty() && account != its_account) continue;
        AGENT_CHECK(client.call({.method = "DELETE", .target = "/v1/authorizations/" + percent_encode(id)}));
        if (!as_json) AGENT_CHECK(print("Cancelled the login of " + printable(its_account) + "\n"));
        cancelled.string(its_account);
        any = true;
    }
    if (as_json) return print_json(cancelled.end_array().end_object().view());
    if (!any) tell(account.empty() ? "No login is open\n" : "No login of " + printable(account) + " is open\n");
    return {};
}

Reply<void> list_logins(const Answer& listing) {
    AGENT_TRY(const Json::Array* logins, need_array(listing.json, "authorizations"));
    if (logins->empty()) tell("No login is open\n");
    std::vector<Row> rows{{{"ACCOUNT", Tone::kHeading}, {"ENDS", Tone::kHeading}, {"REDIRECT URI", Tone::kHeading}}};
    for (const Json& login : *logins) {
        AGENT_TRY(const auto account, need_string(login, "account"));
        AGENT_TRY(const auto redirect_uri, need_string(login, "redirect_uri"));
        AGENT_TRY(const auto expires_at, need_integer(login, "expires_at"));
        rows.push_back({account, relative_time(expires_at - unix_now()), redirect_uri});
    }
    return logins->empty() ? Reply<void>() : print(render_table(rows, wants_colour()));
}

Reply<void> manage_logins(const AgentClient& client, const Arguments& arguments) {
    AGENT_TRY(const Answer listing, client.call({.method = "GET", .target = "/v1/authorizations"}));
    if (arguments.has("cancel"))
        return cancel_logins(client, listing, arguments.words.empty() ? "" : arguments.words.front(),
                             arguments.has("json"));
    return arguments.has("json") ? print_json(listing) : list_logins(listing);
}

}  // namespace

Reply<int> login(const Arguments& arguments) {
    constexpr std::array<std::string_view, 4> kWays{"no-browser", "paste", "list", "cancel"};
    AGENT_CHECK(at_most_one(arguments, kWays));
    const bool manages = arguments.has("list") || arguments.has("cancel");
    std::string account;
    if (!manages) {
        AGENT_TRY(account, account_to_log_in(arguments));
    }
    AGENT_TRY(AgentClient client, client_for(arguments));
    AGENT_CHECK(manages ? manage_logins(client, arguments) : run_login(client, arguments, account));
    return 0;
}

}  // namespace agent
