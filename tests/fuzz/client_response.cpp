// SPDX-License-Identifier: Apache-2.0
// What the client reads from any program at the socket: the same in pieces of any size as at once, and bounded.
//
// Input: a letter for the size of the pieces; then what comes.
#include <algorithm>
#include <array>
#include <string>

#include "lib/http/response_reader.h"
#include "lib/members.h"
#include "target.h"

namespace {

constexpr std::array<std::size_t, 5> kPieces{1, 2, 3, 17, 4096};

/// All that came of it, in words: a line, and the body if it is whole.
std::string read(std::string_view bytes, std::size_t piece) {
    agent::ResponseReader reader;
    agent::SecretBuffer body;
    std::size_t used = 0;
    while (used < bytes.size() && !reader.is_complete()) {
        const std::string_view next = bytes.substr(used, piece);
        const auto taken = reader.feed(next);
        if (!taken) return taken.error().message;
        FUZZ_ASSERT(*taken == next.size() || reader.is_complete());
        used += *taken;
        if (reader.has_header()) body.append(reader.take_body().reveal());
    }
    if (const auto ended = reader.end_of_stream(); !ended) return ended.error().message;
    FUZZ_ASSERT(reader.status() >= 200 && reader.status() <= 599);
    FUZZ_ASSERT(body.size() <= bytes.size());
    return std::to_string(used) + " " + std::to_string(reader.status()) + " " +
           std::string(reader.field("retry-after").value_or("")) + "\n" + std::string(body.view());
}

/// Reads members of every kind, as the commands do.
void read_members(std::string_view text) {
    const auto json = agent::parse_answer(text);
    if (!json) {
        FUZZ_ASSERT(json.error().code == agent::Error::Code::kInternal);
        return;
    }
    for (const std::string_view key : {"account", "accounts", "generation"}) {
        const agent::Json* member = json->find(key);
        FUZZ_ASSERT(agent::need_string(*json, key).has_value() == (member != nullptr && member->is_string()));
        FUZZ_ASSERT(agent::need_array(*json, key).has_value() == (member != nullptr && member->is_array()));
        FUZZ_ASSERT(agent::need_integer(*json, key).has_value() == (member != nullptr && member->integer()));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const std::size_t piece = kPieces[input.pick(kPieces.size())];
    const std::string at_once = read(input.rest(), std::string_view::npos);
    FUZZ_ASSERT(read(input.rest(), piece) == at_once);
    read_members(std::string_view(at_once).substr(std::min(at_once.find('\n'), at_once.size())));
    return 0;
}
