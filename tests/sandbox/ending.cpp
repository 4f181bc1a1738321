// SPDX-License-Identifier: Apache-2.0
#include "ending.h"

#include "client_auth.h"
#include "error_replies.h"

namespace agent::sandbox {

namespace {

Reply nothing() {
    return {.status = 200, .headers = {{"Cache-Control", "no-store"}}, .body = {}};
}

}  // namespace

Reply deauthorize_endpoint(const Context& context, const Request& request) {
    GrantBook& grants = context.state.grants;
    const auto bearer = bearer_of(request);
    if (!bearer) return unauthorized();
    const Grant* grant = grants.find_by_access_token(*bearer, context.now);
    const Client* client = grant == nullptr ? nullptr : context.settings.find_client(grant->client_id);
    if (client == nullptr || client->product != Product::kManage) return invalid_token();
    const auto form = FormParameters::parse(request.body);
    if (!form || form->find("token") != bearer) return invalid_request("token must be the access token of the header");
    grants.end(grant->id, "deauthorized");
    return nothing();
}

Reply revoke_endpoint(const Context& context, const Request& request) {
    const Client* client = authenticate_basic(context.settings, request);
    if (client == nullptr || client->product != Product::kPlatform) return invalid_client();
    const auto form = FormParameters::parse(request.body);
    const auto token = form ? form->find("token") : std::nullopt;
    if (!token) return invalid_request("token must be there once");
    const Grant* grant = context.state.grants.find_by_any_token(*token);
    // RFC 7009 section 2.2: a token that is not known is gone already, which is what was asked for.
    if (grant != nullptr && grant->client_id == client->id)
        context.state.grants.end(grant->id, "revoked by its client");
    return nothing();
}

}  // namespace agent::sandbox
