// SPDX-License-Identifier: Apache-2.0
#include "option_table.h"

#include <charconv>

#include "base/text/url.h"

namespace agent::sandbox {

namespace {

constexpr int kHighestFd = 1 << 20;
constexpr int kMostRequests = 1'000'000;

tl::unexpected<Error> refuse(std::string message) {
    return fail(Error::Code::kBadRequest, std::move(message));
}

Result<int> number(std::string_view text, int least, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
        return refuse("expected a number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
}

template <class E, std::size_t N>
Result<E> word(std::string_view text, const WordTable<E, N>& table) {
    std::string expected;
    for (const auto& [name, value] : table) {
        if (name == text) return value;
        expected += (expected.empty() ? "" : " or ") + std::string(name);
    }
    return refuse("expected " + expected);
}

Result<void> set_listen(Gathered& to, std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return refuse("expected ADDRESS:PORT");
    AGENT_TRY(to.options.port, number(text.substr(colon + 1), 0, 65535));
    std::string address(text.substr(0, colon));
    if (address == "localhost") address = "127.0.0.1";
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    // What listens here takes part in no security: nobody else may reach it.
    Url url;
    url.host = address;
    if (!url.is_loopback()) return refuse("not a loopback address");
    to.options.address = std::move(address);
    return {};
}

Result<void> add_user(Gathered& to, std::string_view text) {
    const std::size_t first = text.find(',');
    const std::size_t last = text.rfind(',');
    if (first == last) return refuse("expected ID,NAME,EMAIL");
    AGENT_TRY(const int id, number(text.substr(0, first), 1, 2'000'000'000));
    if (to.options.settings.find_user(id) != nullptr) return refuse("this id is given twice");
    to.options.settings.users.push_back({.id = id,
                                         .name = std::string(text.substr(first + 1, last - first - 1)),
                                         .email = std::string(text.substr(last + 1))});
    return {};
}

Result<void> set_rate_limit(Gathered& to, std::string_view text) {
    RateLimit rate;
    if (text != "clio") {
        AGENT_TRY(const int limit, number(text, 1, kMostRequests));
        rate = {.manage_per_minute = limit, .platform_per_second = limit};
    }
    to.options.settings.rate_limit = rate;
    return {};
}

Result<void> set_on_off(bool& out, std::string_view text) {
    AGENT_TRY(out, word(text, WordTable<bool, 2>{{{"on", true}, {"off", false}}}));
    return {};
}

Result<void> set_flag(bool& flag) {
    flag = true;
    return {};
}

const OptionRow kOptionRows[] = {
    {"listen", "ADDRESS:PORT", "a loopback address; port 0, the default, is a free one", set_listen},
    {"product", "manage|platform", "which of Clio's products to be (manage)",
     [](Gathered& to, std::string_view text) -> Result<void> {
         AGENT_TRY(to.client.product, word(text, kProducts));
         return {};
     }},
    {"rotation", "reusable|single_use", "refresh tokens; by default as the product has them",
     [](Gathered& to, std::string_view text) -> Result<void> {
         AGENT_TRY(to.client.rotation, word(text, kRotations));
         return {};
     }},
    {"reuse-kills-grant", "on|off", "a spent refresh token that comes again ends its grant (on)",
     [](Gathered& to, std::string_view text) { return set_on_off(to.options.settings.reuse_kills_grant, text); }},
    {"expires-in", "SECONDS", "life of access tokens (manage 30 days, platform 24 hours)",
     [](Gathered& to, std::string_view text) -> Result<void> {
         AGENT_TRY(const int life, number(text, 1, static_cast<int>(kLongestLife.count())));
         to.client.expires_in = std::chrono::seconds(life);
         return {};
     }},
    {"token-format", "plain|prefixed", "40 letters and digits, or those after digits and \"-\" (plain)",
     [](Gathered& to, std::string_view text) -> Result<void> {
         constexpr WordTable<TokenFormat, 2> kFormats{
             {{"plain", TokenFormat::kPlain}, {"prefixed", TokenFormat::kPrefixed}}};
         AGENT_TRY(to.options.settings.token_format, word(text, kFormats));
         return {};
     }},
    {"redirect-uri", "URI", "registered, to be matched exactly; may be repeated",
     [](Gathered& to, std::string_view text) -> Result<void> {
         AGENT_CHECK(Url::parse(text));
         to.client.redirect_uris.emplace_back(text);
         return {};
     }},
    {"any-loopback-redirect", nullptr, "take any http redirect URI on a loopback address",
     [](Gathered& to, std::string_view) { return set_flag(to.options.settings.any_loopback_redirect); }},
    {"scope", "SCOPES", "what a platform application may ask for (\"read write\")",
     [](Gathered& to, std::string_view text) -> Result<void> {
         to.client.scope = text;
         return {};
     }},
    {"require-pkce", nullptr, "refuse authorization requests without a code_challenge",
     [](Gathered& to, std::string_view) { return set_flag(to.options.settings.require_pkce); }},
    {"client-auth", "body|basic", "where token requests must have the client's secret (body)",
     [](Gathered& to, std::string_view text) -> Result<void> {
         AGENT_TRY(to.client.auth, word(text, kClientAuths));
         return {};
     }},
    {"client-file", "FILE", "clients of your own, as JSON, instead of the built-in one",
     [](Gathered& to, std::string_view text) -> Result<void> {
         to.client_file = text;
         return {};
     }},
    {"user", "ID,NAME,EMAIL", "a person with an account; may be repeated", add_user},
    {"auto-approve", nullptr, "consent at once, for the first user: no page, no person",
     [](Gathered& to, std::string_view) { return set_flag(to.options.settings.auto_approve); }},
    {"rate-limit", "N|clio",
     "API requests: manage N a minute for each token, platform N a second for "
     "each application; clio: 50 and 3. Without it there is no limit",
     set_rate_limit},
    {"fault", "FAULT", "order a fault, see below; may be repeated",
     [](Gathered& to, std::string_view text) -> Result<void> {
         AGENT_TRY(const Fault fault, parse_fault(text));
         to.options.settings.faults.push_back(fault);
         return {};
     }},
    {"ready-fd", "N", "write the line that says it is ready there (1, standard output)",
     [](Gathered& to, std::string_view text) -> Result<void> {
         AGENT_TRY(to.options.ready_fd, number(text, 1, kHighestFd));
         return {};
     }},
    {"print-config", nullptr, "write a cliod.json for it to standard output as well",
     [](Gathered& to, std::string_view) { return set_flag(to.options.print_config); }},
    {"log-level", "LEVEL", "error, warning, notice, info (the default) or debug",
     [](Gathered& to, std::string_view text) -> Result<void> {
         const auto level = log_level_from(text);
         if (!level) return refuse("expected error, warning, notice, info or debug");
         to.options.log_level = *level;
         return {};
     }},
    {"help", nullptr, "this text", nullptr},
    {"version", nullptr, "the version", nullptr},
};

}  // namespace

std::span<const OptionRow> option_rows() {
    return kOptionRows;
}

}  // namespace agent::sandbox
