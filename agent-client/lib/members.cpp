// SPDX-License-Identifier: Apache-2.0
#include "lib/members.h"

#include <string>

namespace agent {

namespace {

tl::unexpected<Error> lacks(std::string_view key, const char* type) {
    return fail(Error::Code::kInternal,
                "answer of the agent: \"" + std::string(key) + "\" is missing or is not " + type);
}

}  // namespace

Result<Json> parse_answer(std::string_view text) {
    Result<Json> json = Json::parse(text);
    if (!json) return fail(Error::Code::kInternal, "answer of the agent: " + json.error().message);
    return json;
}

Result<std::string_view> need_string(const Json& object, std::string_view key) {
    if (const auto value = object.find_string(key)) return *value;
    return lacks(key, "a string");
}

Result<std::int64_t> need_integer(const Json& object, std::string_view key) {
    if (const auto value = object.find_integer(key)) return *value;
    return lacks(key, "an integer");
}

Result<bool> need_boolean(const Json& object, std::string_view key) {
    if (const auto value = object.find_boolean(key)) return *value;
    return lacks(key, "a boolean");
}

Result<const Json::Array*> need_array(const Json& object, std::string_view key) {
    const Json* member = object.find(key);
    if (member != nullptr && member->is_array()) return member->array();
    return lacks(key, "an array");
}

}  // namespace agent
