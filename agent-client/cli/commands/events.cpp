// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <ctime>
#include <string>

#include "base/json/json.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "cli/session.h"
#include "lib/members.h"

namespace agent {

namespace {

constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

std::string clock_time(std::int64_t at) {
    const auto time = static_cast<std::time_t>(at);
    std::tm parts{};
    std::array<char, 16> text{};
    if (::localtime_r(&time, &parts) == nullptr) return "--:--:--";
    return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &parts)};
}

/// "17:48:10  refreshed  smith-law  generation 8".
Reply<std::string> for_people(std::string_view line) {
    AGENT_TRY(const Json event, parse_answer(line));
    AGENT_TRY(const auto at, need_integer(event, "at"));
    AGENT_TRY(const auto name, need_string(event, "event"));
    AGENT_TRY(const auto account, need_string(event, "account"));
    AGENT_TRY(const auto generation, need_integer(event, "generation"));
    const std::string_view detail = event.find_string("detail").value_or("");
    std::string text = clock_time(at) + "  " + printable(name);
    if (!account.empty()) text += "  " + printable(account);
    if (generation > 0) text += "  generation " + std::to_string(generation);
    if (!detail.empty()) text += "  " + printable(detail);
    return text;
}

/// Prints each line as soon as it is complete.
class EventPrinter {
  public:
    explicit EventPrinter(bool as_json) : as_json_(as_json) {}

    Reply<void> take(std::string_view piece) {
        pending_ += piece;
        for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
            AGENT_CHECK(on_line(pending_.substr(0, end)));
            pending_.erase(0, end + 1);
        }
        if (pending_.size() > kLongestLine) return fail(Error::Code::kInternal, "answer of the agent: line too long");
        return {};
    }

  private:
    [[nodiscard]] Reply<void> on_line(const std::string& line) const {
        if (as_json_) return print_json(line);
        AGENT_TRY(const std::string text, for_people(line));
        return print(text + '\n');
    }

    bool as_json_;
    std::string pending_;
};

}  // namespace

Reply<int> follow_events(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    EventPrinter printer(arguments.has("json"));
    AGENT_CHECK(client.stream("/v1/events", [&](std::string_view piece) { return printer.take(piece); }));
    return 0;
}

}  // namespace agent
