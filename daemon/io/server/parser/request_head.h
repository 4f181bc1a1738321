// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace agent {

/// A well-formed head of a request. Refers to the bytes that it was read from, and is valid as long as they are.
struct RequestHead {
    std::string_view method;  // as sent; case matters
    std::string_view path;    // as sent, percent-encoded; "*" with OPTIONS
    std::string_view query;   // as sent, without "?"
    std::string_view fields;  // the lines of the fields, each with its end
    bool names_host = false;  // the target is a URL, whose host goes before the Host field (RFC 9112 section 3.2.2)
    bool is_http_1_0 = false;
    bool keeps_alive = false;       // the peer wants to keep the connection after the answer (RFC 9112 section 9.3)
    bool expects_continue = false;  // the peer waits for 100 (Continue) before it sends the body
    bool has_body = false;          // though perhaps an empty one

    /// The value of the first field of this name, in whatever case, without the blanks round it.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
};

}  // namespace agent
