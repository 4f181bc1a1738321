// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace agent::sandbox {

namespace {

constexpr int kLongestWait = 600'000;  // milliseconds of "slow", and more than enough seconds of Retry-After
constexpr int kLongestCut = 65'536;    // what a loopback socket takes at once
constexpr int kMostTimes = 1'000'000;

constexpr FaultRow kFaultRows[] = {
    {.kind = FaultKind::kStatus,
     .name = "STATUS",
     .meaning =
         "an HTTP status from 300 to 599, with the body Clio has for it; a redirect leads to /_sandbox/redirected"},
    {.kind = FaultKind::kRetryAfter,
     .name = "retry_after",
     .argument = "SECONDS",
     .most = kLongestWait,
     .meaning = "429 with that Retry-After"},
    {.kind = FaultKind::kRetryAt, .name = "retry_at", .meaning = "429 with Retry-At, a date 2 seconds away"},
    {.kind = FaultKind::kHtml403, .name = "html403", .meaning = "the page of the firewall in front of Clio"},
    {.kind = FaultKind::kHtml200, .name = "html200", .meaning = "the page of a captive portal"},
    {.kind = FaultKind::kNastyDescription,
     .name = "nasty_description",
     .meaning = "400 invalid_request; error_description has quotes, line ends, %n, markup"},
    {.kind = FaultKind::kHang, .name = "hang", .meaning = "no answer ever, the connection stays open"},
    {.kind = FaultKind::kLost, .name = "lost", .acts_first = true, .meaning = "closes without a byte of answer"},
    {.kind = FaultKind::kCut,
     .name = "cut",
     .argument = "BYTES",
     .most = kLongestCut,
     .acts_first = true,
     .meaning = "closes after so many bytes of the answer, its header counted, and one byte early at the latest"},
    {.kind = FaultKind::kSlow,
     .name = "slow",
     .argument = "MILLISECONDS",
     .most = kLongestWait,
     .acts_first = true,
     .meaning = "answers so much later"},
    {.kind = FaultKind::kEmpty, .name = "empty", .acts_first = true, .meaning = "no body"},
    {.kind = FaultKind::kBadJson, .name = "badjson", .acts_first = true, .meaning = "half of the body"},
    {.kind = FaultKind::kWrongType, .name = "wrongtype", .acts_first = true, .meaning = "says that it is text/html"},
    {.kind = FaultKind::kBigBody, .name = "bigbody", .acts_first = true, .meaning = "10 MB longer, still JSON"},
    {.kind = FaultKind::kNoToken,
     .name = "notoken",
     .acts_first = true,
     .token_only = true,
     .meaning = "no access_token"},
    {.kind = FaultKind::kNegativeExpires,
     .name = "negative_expires",
     .acts_first = true,
     .token_only = true,
     .meaning = "expires_in is -1"},
    {.kind = FaultKind::kAbsurdExpires,
     .name = "absurd_expires",
     .acts_first = true,
     .token_only = true,
     .meaning = "expires_in is 9223372036854775807"},
    {.kind = FaultKind::kExpiresString,
     .name = "expires_string",
     .acts_first = true,
     .token_only = true,
     .meaning = "expires_in is right, but a string"},
    {.kind = FaultKind::kNoExpires,
     .name = "no_expires",
     .acts_first = true,
     .token_only = true,
     .meaning = "no expires_in"},
    {.kind = FaultKind::kNullExpires,
     .name = "null_expires",
     .acts_first = true,
     .token_only = true,
     .meaning = "expires_in is null"},
    {.kind = FaultKind::kEmptyRefresh,
     .name = "empty_refresh",
     .acts_first = true,
     .token_only = true,
     .meaning = "refresh_token is an empty string, also where there would be none"},
    {.kind = FaultKind::kMacType,
     .name = "mac_type",
     .acts_first = true,
     .token_only = true,
     .meaning = "token_type is \"mac\""},
    {.kind = FaultKind::kCreated,
     .name = "created",
     .acts_first = true,
     .token_only = true,
     .meaning = "201 instead of 200"},
    {.kind = FaultKind::kBom, .name = "bom", .acts_first = true, .meaning = "a byte order mark before the body"},
    {.kind = FaultKind::kTrailing, .name = "trailing", .acts_first = true, .meaning = "a NUL after the body"},
    {.kind = FaultKind::kOldDate, .name = "old_date", .acts_first = true, .meaning = "Date is of 2015"},
    {.kind = FaultKind::kNotUtf8,
     .name = "not_utf8",
     .acts_first = true,
     .token_only = true,
     .meaning = "a member \"name\" in Latin-1 beside the tokens"},
    {.kind = FaultKind::kDuplicate,
     .name = "duplicate",
     .acts_first = true,
     .token_only = true,
     .meaning = "a member \"scope\" twice beside the tokens"},
    {.kind = FaultKind::kTokenInError200,
     .name = "token_in_error200",
     .acts_first = true,
     .token_only = true,
     .meaning = "a member \"error\" in addition to the tokens"},
};

tl::unexpected<Error> refuse(std::string_view text, std::string reason) {
    return fail(Error::Code::kBadRequest, "fault \"" + std::string(text) + "\": " + std::move(reason));
}

std::optional<int> number_in(std::string_view text, int least, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t colon = 0; (colon = text.find(':')) != std::string_view::npos;) {
        parts.push_back(text.substr(0, colon));
        text.remove_prefix(colon + 1);
    }
    parts.push_back(text);
    return parts;
}

}  // namespace

std::string_view to_string(Endpoint endpoint) {
    switch (endpoint) {
        case Endpoint::kAuthorize:
            return "authorize";
        case Endpoint::kToken:
            return "token";
        case Endpoint::kDeauthorize:
            return "deauthorize";
        case Endpoint::kRevoke:
            return "revoke";
        case Endpoint::kApi:
            return "api";
        case Endpoint::kWhoAmI:
            return "who_am_i";
    }
    return "";
}

std::span<const FaultRow> fault_rows() {
    return kFaultRows;
}

const FaultRow& row_of(FaultKind kind) {
    return *std::find_if(std::begin(kFaultRows), std::end(kFaultRows),
                         [&](const FaultRow& row) { return row.kind == kind; });
}

Result<Fault> parse_fault(std::string_view text) {
    const auto parts = split(text);
    if (parts.size() < 2) return refuse(text, "expected ENDPOINT:KIND[:ARGUMENT][:COUNT]");
    const auto* endpoint = std::find_if(std::begin(kEndpoints), std::end(kEndpoints),
                                        [&](Endpoint e) { return to_string(e) == parts[0]; });
    if (endpoint == std::end(kEndpoints)) {
        return refuse(text, "the endpoint must be authorize, token, deauthorize, revoke, api or who_am_i");
    }
    Fault fault{.endpoint = *endpoint};
    std::size_t next = 2;
    if (const auto status = number_in(parts[1], 300, 599)) {
        fault.argument = *status;
    } else {
        const auto* row = std::find_if(std::begin(kFaultRows) + 1, std::end(kFaultRows),
                                       [&](const FaultRow& r) { return r.name == parts[1]; });
        if (row == std::end(kFaultRows)) return refuse(text, "no such kind");
        if (row->token_only && fault.endpoint != Endpoint::kToken) {
            return refuse(text, "only the token endpoint has this kind");
        }
        fault.kind = row->kind;
        if (!row->argument.empty()) {
            const auto argument = number_in(next < parts.size() ? parts[next] : "", 0, row->most);
            if (!argument) {
                return refuse(text, "expected " + std::string(row->argument) + " from 0 to " +
                                        std::to_string(row->most) + " after the kind");
            }
            fault.argument = *argument;
            ++next;
        }
    }
    if (next < parts.size()) {
        const auto count = number_in(parts[next], 1, kMostTimes);
        if (!count || next + 1 != parts.size()) return refuse(text, "the last part must be how many times, from 1");
        fault.count = static_cast<std::uint64_t>(*count);
    }
    return fault;
}

std::string to_string(const Fault& fault) {
    const FaultRow& row = row_of(fault.kind);
    std::string text(to_string(fault.endpoint));
    text += ':';
    if (fault.kind != FaultKind::kStatus) text += row.name;
    if (!row.argument.empty()) text += ':';
    if (!row.argument.empty() || fault.kind == FaultKind::kStatus) text += std::to_string(fault.argument);
    if (fault.count) text += ':' + std::to_string(*fault.count);
    return text;
}

std::optional<Fault> FaultPlan::take(Endpoint endpoint) {
    const auto found =
        std::find_if(faults_.begin(), faults_.end(), [&](const Fault& f) { return f.endpoint == endpoint; });
    if (found == faults_.end()) return std::nullopt;
    const Fault fault = *found;
    if (found->count && --*found->count == 0) faults_.erase(found);
    return fault;
}

}  // namespace agent::sandbox
