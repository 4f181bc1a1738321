// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/log_events.h"

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "core/events.h"
#include "expect.h"
#include "source_root.h"

namespace {

struct Entry {
    std::string subject;
    std::size_t lines = 0;  // of its explanation
};

/// The entries of cliod.catalog by their IDs, read as systemd's Journal Message Catalogs describe.
std::map<std::string, Entry> read_catalog() {
    std::ifstream file(source_path("daemon/cliod.catalog"));
    std::map<std::string, Entry> entries;
    Entry* entry = nullptr;
    bool in_header = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("-- ")) {
            cr_expect(!entries.contains(line.substr(3)), "%s is there twice", line.c_str());
            entry = &entries[line.substr(3)];
            in_header = true;
        } else if (entry != nullptr && in_header) {
            if (line.starts_with("Subject: ")) entry->subject = line.substr(9);
            in_header = !line.empty();
        } else if (entry != nullptr && !line.empty()) {
            ++entry->lines;
        }
    }
    return entries;
}

}  // namespace

Test(log_events, each_is_in_the_catalog_and_nothing_else_is) {
    auto entries = read_catalog();
    for (const agent::LogEvent& event : agent::kLogEvents) {
        const auto found = entries.find(std::string(event.message_id));
        cr_assert(found != entries.end(), "%s", event.name.data());
        cr_expect(!found->second.subject.empty() && found->second.lines > 0, "%s", event.name.data());
        entries.erase(found);
    }
    for (const auto& [id, entry] : entries) cr_expect(false, "%s: %s", id.c_str(), entry.subject.c_str());
}

Test(log_events, names_and_ids_are_unique_and_well_formed) {
    std::set<std::string_view> names;
    std::set<std::string_view> ids;
    for (const agent::LogEvent& event : agent::kLogEvents) {
        cr_expect(names.insert(event.name).second, "%s", event.name.data());
        cr_expect(ids.insert(event.message_id).second, "%s", event.name.data());
        cr_expect(event.message_id.size() == 32, "%s", event.name.data());
        cr_expect(event.message_id.find_first_not_of("0123456789abcdef") == std::string_view::npos);
    }
}

Test(log_events, those_of_the_core_are_found_by_its_words_for_them) {
    for (const auto& [name, kind] : agent::kEventKinds) {
        const agent::LogEvent* const found = agent::find_log_event(name);
        cr_assert(found != nullptr, "%s", name.data());
        EXPECT_TEXT(found->name, name);
    }
    cr_expect(agent::find_log_event("nonsense") == nullptr);
}
