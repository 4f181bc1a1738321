// SPDX-License-Identifier: Apache-2.0
#include "cli/display/key_view.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "cli/display/text.h"
#include "lib/members.h"

namespace agent {

namespace {

std::vector<Row> with_heading(std::initializer_list<const char*> names) {
    Row heading;
    for (const char* name : names) heading.emplace_back(name, Tone::kHeading);
    return {heading};
}

/// Where the key lies, or what it costs to try one.
Reply<std::string> details_of(const Json& slot) {
    AGENT_TRY(const auto source, need_string(slot, "source"));
    const Json* kdf = slot.find("kdf");
    if (kdf == nullptr) return std::string(source);
    AGENT_TRY(const auto operations, need_integer(*kdf, "operations"));
    AGENT_TRY(const auto memory, need_integer(*kdf, "memory"));
    constexpr std::int64_t kMiB = std::int64_t{1024} * 1024;
    return "Argon2id, " + std::to_string(operations) + " passes, " + std::to_string(memory / kMiB) + " MiB";
}

/// A slot that was not tried, or that the agent did not report, must not look like one that opens.
Reply<Row> tested_row(const Json& slot) {
    AGENT_TRY(const auto id, need_integer(slot, "id"));
    AGENT_TRY(const auto kind, need_string(slot, "kind"));
    AGENT_TRY(const auto detail, need_string(slot, "detail"));
    const Json* opens = slot.find("opens");
    if (opens != nullptr && opens->is_null()) {
        const std::string option = kind == "recovery" ? "--recovery-key" : "--" + std::string(kind);
        return Row{std::to_string(id), kind, {"not tried", Tone::kWarning}, "with " + option};
    }
    AGENT_TRY(const bool does, need_boolean(slot, "opens"));
    return Row{std::to_string(id), kind, does ? Cell("yes", Tone::kGood) : Cell("no", Tone::kBad), detail};
}

}  // namespace

Reply<std::vector<Row>> key_slots_table(const Json::Array& slots, std::int64_t now) {
    std::vector<Row> rows = with_heading({"ID", "KIND", "MADE", "DETAILS"});
    for (const Json& slot : slots) {
        AGENT_TRY(const auto id, need_integer(slot, "id"));
        AGENT_TRY(const auto kind, need_string(slot, "kind"));
        AGENT_TRY(const auto made_at, need_integer(slot, "made_at"));
        AGENT_TRY(const std::string details, details_of(slot));
        rows.push_back({std::to_string(id), kind, moment_text(made_at, now), details});
    }
    return rows;
}

Reply<std::vector<Row>> key_test_table(const Json::Array& slots) {
    std::vector<Row> rows = with_heading({"ID", "KIND", "OPENS", "DETAILS"});
    for (const Json& slot : slots) {
        AGENT_TRY(Row row, tested_row(slot));
        rows.push_back(std::move(row));
    }
    return rows;
}

bool any_fails(const Json::Array& slots) {
    return std::any_of(slots.begin(), slots.end(),
                       [](const Json& slot) { return slot.find_boolean("opens") == std::optional(false); });
}

}  // namespace agent
