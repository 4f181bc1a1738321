// SPDX-License-Identifier: Apache-2.0
#include "api.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>

#include "base/text/encoding.h"
#include "client_auth.h"
#include "error_replies.h"
#include "records.h"

namespace agent::sandbox {

namespace {

constexpr std::size_t kLargestPage = 200;
constexpr std::string_view kManageApi = "/api/v4/";
constexpr std::string_view kPlatformApi = "/grow/";

/// A caller whose token is good.
struct Caller {
    const Client& client;
    const User& user;
    std::string_view access_token;
};

/// The rate limit's headers, and its refusal if it is one.
Reply limited(const Context& context, const Caller& caller, const std::function<Reply()>& answer) {
    if (!context.settings.rate_limit) return answer();
    const bool platform = caller.client.product == Product::kPlatform;
    const RateLimit& rate = *context.settings.rate_limit;
    const int limit = platform ? rate.platform_per_second : rate.manage_per_minute;
    const auto verdict =
        context.state.rates.count(platform ? std::string_view(caller.client.id) : caller.access_token, limit,
                                  platform ? std::chrono::seconds(1) : std::chrono::seconds(60), context.now);
    const auto wait = std::chrono::ceil<std::chrono::seconds>(verdict.reset - context.now);
    Reply reply = verdict.allowed ? answer() : too_many_requests(caller.client.product, wait);
    reply.set_header("X-RateLimit-Limit", std::to_string(limit));
    reply.set_header("X-RateLimit-Remaining", std::to_string(verdict.remaining));
    reply.set_header("X-RateLimit-Reset", std::to_string(unix_seconds(context.now + wait)));
    return reply;
}

/// Lets `answer` speak to a caller with a good token of the product whose API it is.
Reply authorized(const Context& context, const Request& request, const std::function<Reply(const Caller&)>& answer) {
    const auto bearer = bearer_of(request);
    if (!bearer) return unauthorized();
    const Grant* grant = context.state.grants.find_by_access_token(*bearer, context.now);
    if (grant == nullptr) return invalid_token();
    const Caller caller{.client = *context.settings.find_client(grant->client_id),
                        .user = *context.settings.find_user(grant->user_id),
                        .access_token = *bearer};
    const Product product = request.path.starts_with(kPlatformApi) ? Product::kPlatform : Product::kManage;
    if (caller.client.product != product) return invalid_token();
    return limited(context, caller, [&] {
        const std::string_view version = request.header("X-API-VERSION");
        if (product == Product::kManage && !version.empty() && !version.starts_with("4.")) {
            return api_error(410, "InvalidVersion", "This version of the API is not there");
        }
        return answer(caller);
    });
}

/// `otherwise` if it is missing; a number outside all pages if it is not a number.
std::size_t number_in(std::optional<std::string_view> text, std::size_t otherwise) {
    if (!text) return otherwise;
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    return error == std::errc() && end == text->data() + text->size() ? value : SIZE_MAX;
}

std::string next_page(const Context& context, const Request& request, std::string_view fields, std::size_t limit,
                      std::size_t from) {
    std::string url = context.settings.base_url + request.path + "?limit=" + std::to_string(limit) +
                      "&page_token=" + std::to_string(from);
    if (!fields.empty()) url += "&fields=" + percent_encode(fields);
    return url;
}

Reply list(const Context& context, const Request& request, std::span<const Record> records) {
    const auto query = FormParameters::parse(request.query);
    if (!query) return api_error(400, "InvalidParameters", query.error().message);
    const std::string_view fields = query->find("fields").value_or("");
    const auto names = choose_fields(fields, records.front());
    if (!names) return names.error();
    const std::size_t limit = number_in(query->find("limit"), kLargestPage);
    if (limit < 1 || limit > kLargestPage) return api_error(400, "InvalidParameters", "limit must be from 1 to 200");
    const std::size_t from = std::min(number_in(query->find("page_token"), 0), records.size());
    const std::size_t count = std::min(limit, records.size() - from);

    JsonWriter json;
    json.begin_object().key("data").begin_array();
    for (const Record& record : records.subspan(from, count)) write_record(json, record, *names);
    json.end_array().key("meta").begin_object().key("paging").begin_object();
    if (from + count < records.size()) {
        json.member("next", next_page(context, request, fields, limit, from + count));
    }
    json.end_object().member("records", std::uint64_t{records.size()});
    return json_reply(200, json.end_object().end_object());
}

}  // namespace

Reply who_am_i_endpoint(const Context& context, const Request& request) {
    return authorized(context, request, [&](const Caller& caller) {
        const auto query = FormParameters::parse(request.query);
        if (!query) return api_error(400, "InvalidParameters", query.error().message);
        const Record record = user_record(caller.user);
        const auto names = choose_fields(query->find("fields").value_or(""), record);
        if (!names) return names.error();
        JsonWriter json;
        json.begin_object().key("data");
        write_record(json, record, *names);
        return json_reply(200, json.end_object());
    });
}

Reply platform_who_am_i_endpoint(const Context& context, const Request& request) {
    return authorized(context, request, [&](const Caller& caller) {
        const User& user = caller.user;
        const std::size_t blank = std::min(user.name.find(' '), user.name.size());
        JsonWriter json;
        json.begin_object().key("data").begin_object().member("id", user.id);
        json.member("first_name", user.name.substr(0, blank));
        json.member("last_name", user.name.substr(std::min(blank + 1, user.name.size())));
        json.member("email", user.email);
        json.key("account").begin_object().member("id", std::int64_t{1}).member("firm_name", "The firm").end_object();
        return json_reply(200, json.end_object().end_object());
    });
}

Reply collection_endpoint(const Context& context, const Request& request) {
    return authorized(context, request, [&](const Caller& caller) {
        std::string_view name = request.path;
        name.remove_prefix((caller.client.product == Product::kManage ? kManageApi : kPlatformApi).size());
        if (name.ends_with(".json")) name.remove_suffix(5);
        const auto records = demo_records(name);
        return records.empty() ? api_error(404, "NotFoundError", "The sandbox has matters and contacts only")
                               : list(context, request, records);
    });
}

}  // namespace agent::sandbox
