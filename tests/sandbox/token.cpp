// SPDX-License-Identifier: Apache-2.0
#include "token.h"

#include "base/log.h"
#include "base/text/encoding.h"
#include "client_auth.h"
#include "error_replies.h"

namespace agent::sandbox {

namespace {

Reply token_answer(const TokenSet& tokens) {
    JsonWriter json;
    json.begin_object().member("token_type", "bearer").member("access_token", tokens.access_token);
    json.member("expires_in", std::int64_t{tokens.expires_in.count()});
    if (!tokens.refresh_token.empty()) json.member("refresh_token", tokens.refresh_token);
    Reply reply = json_reply(200, json.end_object());
    reply.set_header("Cache-Control", "no-store");
    reply.set_header("Pragma", "no-cache");
    return reply;
}

Reply refusal_answer(const Context& context, std::string_view what, Refusal refusal) {
    if (refusal == Refusal::kReused) ++context.state.stats.reuses;
    log(LogLevel::kNotice, "refused", {{"what", std::string(what)}, {"because", std::string(to_string(refusal))}});
    // Clio says no more than the code here.
    return refusal == Refusal::kRedirectMismatch ? oauth_error(400, "invalid_grant", "") : invalid_grant();
}

Reply exchange(const Context& context, const Client& client, const FormParameters& form) {
    const auto code = form.find("code");
    const auto redirect_uri = form.find("redirect_uri");
    if (!code || !redirect_uri) return invalid_request("code and redirect_uri must each be there once");
    const auto tokens = context.state.grants.exchange(client, *code, *redirect_uri,
                                                      form.find("code_verifier").value_or(""), context.now);
    return tokens ? token_answer(*tokens) : refusal_answer(context, "code", tokens.error());
}

Reply refresh(const Context& context, const Client& client, const FormParameters& form) {
    const auto refresh_token = form.find("refresh_token");
    if (!refresh_token) return invalid_request("refresh_token must be there once");
    const auto tokens = context.state.grants.refresh(client, *refresh_token, context.now);
    return tokens ? token_answer(*tokens) : refusal_answer(context, "refresh token", tokens.error());
}

}  // namespace

Reply token_endpoint(const Context& context, const Request& request) {
    if (!request.is_of_type("application/x-www-form-urlencoded")) {
        return invalid_request("the body must be application/x-www-form-urlencoded");
    }
    const auto form = FormParameters::parse(request.body);
    if (!form) return invalid_request(form.error().message);
    const Client* client = authenticate(context.settings, request, *form);
    if (client == nullptr) return invalid_client();

    const std::string_view grant_type = form->find("grant_type").value_or("");
    if (grant_type == "authorization_code") return exchange(context, *client, *form);
    if (grant_type == "refresh_token") return refresh(context, *client, *form);
    if (grant_type.empty()) return invalid_request("grant_type must be there once");
    return oauth_error(400, "unsupported_grant_type",
                       "The access grant included - its type or another attribute - is not supported by the "
                       "authorization server.");
}

TokenRequest describe_token_request(const Context& context, const Request& request) {
    TokenRequest description{.at = context.now, .grant_type = "", .grant = "", .status = 0};
    const auto form = FormParameters::parse(request.body);
    if (!form) return description;
    const std::string_view grant_type = form->find("grant_type").value_or("");
    // Only the two known types: a client must not be able to make the stats grow.
    if (grant_type == "authorization_code" || grant_type == "refresh_token") description.grant_type = grant_type;
    const Grant* grant = context.state.grants.find_by_any_token(form->find("refresh_token").value_or(""));
    if (grant != nullptr) description.grant = grant->id;
    return description;
}

}  // namespace agent::sandbox
