// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/who_am_i.h"

#include <optional>
#include <string>

#include "base/json/json.h"

namespace agent {

namespace {

/// Manage has one name, Platform two, either of which may be missing.
std::string name_in(const Json& data) {
    if (const auto name = data.find_string("name")) return std::string(*name);
    std::string name(data.find_string("first_name").value_or(""));
    const auto last = data.find_string("last_name").value_or("");
    if (!name.empty() && !last.empty()) name += " ";
    return name.append(last);
}

std::optional<ClioUser> user_in(const HttpResponse& response) {
    const auto json = Json::parse(response.body.reveal());
    const Json* data = json ? json->find("data") : nullptr;
    const auto id = data == nullptr ? std::nullopt : data->find_integer("id");
    if (!id || *id <= 0) return std::nullopt;
    return clio_user(*id, name_in(*data), data->find_string("email").value_or(""));
}

/// RFC 9110 section 15.5, but for a server that was busy.
bool is_refusal(int status) {
    constexpr int kTimeout = 408;
    constexpr int kTooManyRequests = 429;
    return status >= 400 && status < 500 && status != kTimeout && status != kTooManyRequests;
}

}  // namespace

Result<ClioUser> read_who_am_i(const tl::expected<HttpResponse, HttpFailure>& outcome) {
    if (!outcome) return fail(Error::Code::kTemporarilyUnavailable, outcome.error().message);
    const std::string status = "HTTP " + std::to_string(outcome->status);
    if (outcome->status == 200) {
        if (auto user = user_in(*outcome)) return *std::move(user);
        return fail(Error::Code::kTemporarilyUnavailable, status + " without a user");
    }
    if (is_refusal(outcome->status)) return fail(Error::Code::kForbidden, status);
    return tl::unexpected(
        Error{.code = Error::Code::kTemporarilyUnavailable,
              .message = status,
              .retry_after = std::chrono::ceil<std::chrono::seconds>(outcome->retry_after.value_or(Duration::zero()))});
}

}  // namespace agent
