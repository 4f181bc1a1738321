// SPDX-License-Identifier: Apache-2.0
#include "message.h"

#include <strings.h>

#include <algorithm>

namespace agent::sandbox {

std::string_view Request::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& header) { return equals_ignoring_case(header.first, name); });
    return found == headers.end() ? std::string_view() : found->second;
}

bool Request::is_of_type(std::string_view media_type) const {
    std::string_view type = header("Content-Type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return equals_ignoring_case(type, media_type);
}

void Reply::set_header(std::string_view name, std::string value) {
    std::erase_if(headers, [&](const auto& header) { return equals_ignoring_case(header.first, name); });
    headers.emplace_back(name, std::move(value));
}

Reply json_reply(int status, const JsonWriter& json) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json; charset=utf-8"}},
            .body = std::string(json.view())};
}

Reply page_reply(int status, std::string html) {
    return {.status = status,
            .headers = {{"Content-Type", "text/html; charset=utf-8"},
                        {"Cache-Control", "no-store"},
                        // Not "no-referrer": browsers would then send "Origin: null" with the consent form.
                        {"Referrer-Policy", "same-origin"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"X-Frame-Options", "DENY"}},
            .body = std::move(html)};
}

Reply redirect_reply(int status, std::string location) {
    return {
        .status = status, .headers = {{"Location", std::move(location)}, {"Cache-Control", "no-store"}}, .body = {}};
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace agent::sandbox
