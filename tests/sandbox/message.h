// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/json_writer.h"

namespace agent::sandbox {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One HTTP request, whole.
struct Request {
    std::string method;
    std::string path;   // as sent, not decoded
    std::string query;  // without "?"
    Headers headers;
    std::string body;

    /// The value of the first header of that name, in any case of letters; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// True when the body says that it is of that media type, whatever its parameters.
    [[nodiscard]] bool is_of_type(std::string_view media_type) const;
};

/// One HTTP answer, not yet sent. Content-Length is added on the way out.
struct Reply {
    int status = 200;
    Headers headers;
    std::string body;

    void set_header(std::string_view name, std::string value);
};

[[nodiscard]] Reply json_reply(int status, const JsonWriter& json);
/// A page of the sandbox's own: stored nowhere, framed by nobody, with no resource from anywhere.
[[nodiscard]] Reply page_reply(int status, std::string html);
[[nodiscard]] Reply redirect_reply(int status, std::string location);

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace agent::sandbox
