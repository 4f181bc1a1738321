// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/handlers/write_time.h"
#include "io/api/query.h"

namespace agent {

Handled get_status(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    const bool locked = api.parts() == nullptr;
    const AgentStatus status = locked ? AgentStatus() : api.accounts().status();
    JsonWriter out(Content::kPublic);
    out.begin_object();
    out.member("version", api.context().version).member("pid", static_cast<std::int64_t>(::getpid()));
    out.member("uptime", std::chrono::floor<std::chrono::seconds>(api.uptime()).count());
    out.member("locked", locked);
    out.member("accounts", std::uint64_t{status.accounts});
    out.member("login_required", std::uint64_t{status.login_required});
    out.member("needs_attention", std::uint64_t{status.needs_attention});
    out.member("stale", std::uint64_t{status.stale});
    out.member("refreshing", std::uint64_t{status.refreshing});
    out.member("queued", std::uint64_t{status.queued});
    write_time(out, "next_refresh", status.next_refresh);
    out.member("store_error", status.store_error);
    out.member("connections", std::uint64_t{api.context().connections()});
    const AgentSetting setting = api.context().setting();
    out.member("config_file", setting.config_file).member("config_error", setting.config_error);
    out.member("state_dir", setting.state_dir);
    out.member("proxy", setting.proxy).member("unused_proxy", setting.unused_proxy);
    out.end_object();
    reply.json(out);
    return answered();
}

Handled get_metrics(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    reply.text("text/plain; version=0.0.4; charset=utf-8", SecretString(api.metrics(), Content::kPublic));
    return answered();
}

}  // namespace agent
