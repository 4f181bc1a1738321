// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <string>

#include "base/json/json.h"
#include "base/text/printable.h"
#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "cli/input/moment.h"
#include "cli/session.h"
#include "lib/members.h"

namespace agent {

namespace {

constexpr std::size_t kLongestEvent = std::size_t{64} * 1024;

std::string date_and_time(std::int64_t at) {
    const auto time = static_cast<std::time_t>(at);
    std::tm parts{};
    std::array<char, 32> text{};
    if (::localtime_r(&time, &parts) == nullptr) return "-";
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t has = columns(text);
    return has < width ? text + std::string(width - has, ' ') : text;
}

/// Prints events, one on a line: "2026-11-23 17:48:10  refreshed       smith-law         generation 8".
class EventLines {
  public:
    EventLines(bool as_json, std::optional<std::string_view> account) : as_json_(as_json), account_(account) {}

    [[nodiscard]] Reply<void> print_event(const std::string& line) {
        AGENT_TRY(const Json event, parse_answer(line));
        AGENT_TRY(const auto account, need_string(event, "account"));
        if (account_ && *account_ != account) return {};
        if (as_json_) return print_json(line);
        AGENT_TRY(const std::string text, for_people(event, account));
        return print(text + '\n');
    }

  private:
    [[nodiscard]] Reply<std::string> for_people(const Json& event, std::string_view account) {
        constexpr std::size_t kNameWidth = 16;  // "refresh_failed" and two more
        AGENT_TRY(const auto at, need_integer(event, "at"));
        AGENT_TRY(const auto name, need_string(event, "event"));
        AGENT_TRY(const auto generation, need_integer(event, "generation"));
        const std::string_view detail = event.find_string("detail").value_or("");
        std::string text = date_and_time(at) + "  " + padded(printable(name), kNameWidth);
        const std::string name_of_account = printable(account);
        account_width_ = std::max(account_width_, columns(name_of_account) + 2);
        text += padded(name_of_account, account_width_);
        if (generation > 0) text += "generation " + std::to_string(generation) + "  ";
        text += printable(detail);
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    }

    bool as_json_;
    std::optional<std::string_view> account_;
    std::size_t account_width_ = 18;  // grows with the longest so far
};

/// Prints each line as soon as it is complete.
class EventPrinter {
  public:
    explicit EventPrinter(EventLines lines) : lines_(lines) {}

    Reply<void> take(std::string_view piece) {
        pending_ += piece;
        for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
            AGENT_CHECK(lines_.print_event(pending_.substr(0, end)));
            pending_.erase(0, end + 1);
        }
        if (pending_.size() > kLongestEvent) return fail(Error::Code::kInternal, "answer of the agent: line too long");
        return {};
    }

  private:
    EventLines lines_;
    std::string pending_;
};

Reply<std::string> target_for(const Arguments& arguments) {
    const auto since = arguments.value("since");
    if (!since) return "/v1/events";
    const auto moment = moment_meant(*since, unix_now());
    if (!moment)
        return usage(arguments.command,
                     "--since: \"" + std::string(*since) + "\" is not like 2h, 30m, 7d, 10:00 or '2026-11-27 10:00'");
    return "/v1/events?since=" + std::to_string(*moment);
}

}  // namespace

Reply<int> follow_events(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const std::string target, target_for(arguments));
    EventPrinter printer(EventLines(arguments.has("json"), arguments.value("account")));
    AGENT_CHECK(client.stream(target, [&](std::string_view piece) { return printer.take(piece); }));
    return fail(Error::Code::kTemporarilyUnavailable, "the agent has ended, or ended this stream of events");
}

}  // namespace agent
