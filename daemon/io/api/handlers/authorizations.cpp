// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/json/json_reader.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/query.h"
#include "protocol/limits.h"

namespace agent {

namespace {

constexpr WordTable<LoginState::Status, 3> kStatuses{{{"pending", LoginState::Status::kPending},
                                                      {"done", LoginState::Status::kDone},
                                                      {"failed", LoginState::Status::kFailed}}};

/// The URLs hold `state` and the ticket, and are for the user whose login it is.
void write_login(JsonWriter& out, const LoginState& login, const Peer& reader) {
    out.begin_object();
    out.member("id", login.id).member("account", login.account).member("redirect_uri", login.redirect_uri);
    if (reader.uid == login.user || reader.uid == 0) {
        out.member("authorization_url", login.authorization_url);
        if (!login.start_url.empty()) out.member("start_url", login.start_url);
    }
    out.member("expires_at", unix_seconds(login.expires_at));
    out.member("status", word_of(kStatuses, login.status));
    if (!login.error.empty()) out.member("error", login.error);
    if (!login.detail.empty()) out.member("detail", login.detail);
    out.end_object();
}

void answer_login(ApiReply& reply, const Result<LoginState>& login, const Peer& reader, int status) {
    if (!login) return reply.problem(login.error());
    JsonWriter out;
    write_login(out, *login, reader);
    reply.json(out, status);
}

}  // namespace

Handled list_authorizations(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    JsonWriter out;
    out.begin_object().key("authorizations").begin_array();
    for (const LoginState& login : api.logins().open_logins()) write_login(out, login, call.request.peer);
    out.end_array().end_object();
    reply.json(out);
    return answered();
}

Handled begin_authorization(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    LoginRequest login{.app = in.optional_string("app").value_or(""),
                       .account = in.required_string("account"),
                       .replace_user = in.optional_boolean("replace_user").value_or(false),
                       .accept_unknown_user = in.optional_boolean("accept_unknown_user").value_or(false),
                       .user = call.request.peer.uid};
    const bool ends_with_caller = in.optional_boolean("ends_with_caller").value_or(false);
    const auto user = in.optional_integer("user", 0, std::numeric_limits<std::uint32_t>::max());
    AGENT_CHECK(in.finish());
    if (user && *user != login.user && call.request.peer.uid != 0)
        return fail(Error::Code::kForbidden, "user: only root may begin a login for another user's browser");
    if (user) login.user = static_cast<std::uint32_t>(*user);
    if (ends_with_caller)
        login.when_caller_ends = [&api, pid = call.request.peer.pid](std::function<void()> ended) {
            return api.context().when_process_ends(pid, std::move(ended));
        };
    answer_login(reply, api.logins().start(std::move(login)), call.request.peer, 201);
    return answered();
}

Handled get_authorization(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query parameters, Query::parse(call.request.query, {"wait"}));
    AGENT_TRY(const std::int64_t wait, parameters.integer("wait", 0, 0, limits::kLongestWait.count()));
    Logins& logins = api.logins();
    AGENT_TRY(const LoginState login, logins.state(call.parameter));
    if (wait == 0 || login.status != LoginState::Status::kPending) {
        answer_login(reply, login, call.request.peer, 200);
        return answered();
    }
    return logins.await(call.parameter, std::chrono::seconds(wait),
                        [owed = share(std::move(reply)), reader = call.request.peer](const Result<LoginState>& ended) {
                            answer_login(*owed, ended, reader, 200);
                        });
}

Handled continue_authorization(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    if (in.optional_boolean("accept_unknown_user").value_or(false)) {
        AGENT_CHECK(in.finish());
        answer_login(reply, api.logins().accept_unknown_user(call.parameter), call.request.peer, 202);
        return answered();
    }
    // Read in place, not as a std::string: it holds the authorization code.
    const Json* member = in.required("redirected_url", "a string");
    const std::string_view url = member == nullptr ? "" : member->string().value_or("");
    if (url.empty() || url.size() > limits::kRedirectedUrlBytes) {
        in.refuse("redirected_url", "expected the URL that the browser was redirected to, or the code");
    }
    AGENT_CHECK(in.finish());
    answer_login(reply, api.logins().paste(call.parameter, url), call.request.peer, 202);
    return answered();
}

Handled cancel_authorization(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    Logins& logins = api.logins();
    AGENT_TRY(const LoginState login, logins.state(call.parameter));
    logins.cancel(login.id);
    reply.no_content();
    return answered();
}

}  // namespace agent
