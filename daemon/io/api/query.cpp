// SPDX-License-Identifier: Apache-2.0
#include "io/api/query.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text/number.h"

namespace agent {

namespace {

tl::unexpected<Error> refuse(std::string_view name, const std::string& reason) {
    constexpr std::size_t kMostShown = 64;
    return fail(Error::Code::kBadRequest,
                "query: parameter \"" + std::string(name.substr(0, kMostShown)) + "\": " + reason);
}

}  // namespace

Result<Query> Query::parse(std::string_view text, std::initializer_list<std::string_view> known) {
    AGENT_TRY(FormParameters parameters, FormParameters::parse(text));
    for (const auto& [name, value] : parameters.all()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) return refuse(name, "unknown");
        if (!parameters.find(name)) return refuse(name, "given twice");
    }
    return Query(std::move(parameters));
}

Result<std::int64_t> Query::integer(std::string_view name, std::int64_t absent, std::int64_t least,
                                    std::int64_t most) const {
    const auto text = parameters_.find(name);
    if (!text) return absent;
    const auto value = whole_number<std::int64_t>(*text);
    if (!value || *value < least || *value > most) {
        return refuse(name, "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return *value;
}

std::string_view Query::text(std::string_view name) const {
    return parameters_.find(name).value_or("");
}

Result<bool> Query::boolean(std::string_view name, bool absent) const {
    const auto text = parameters_.find(name);
    if (!text) return absent;
    if (*text != "true" && *text != "false") return refuse(name, "expected true or false");
    return *text == "true";
}

}  // namespace agent
