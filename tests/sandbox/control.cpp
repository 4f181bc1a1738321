// SPDX-License-Identifier: Apache-2.0
#include "control.h"

#include <algorithm>
#include <vector>

#include "base/json/json.h"
#include "inspect.h"

namespace agent::sandbox {

namespace {

constexpr std::string_view kPrefix = "/_sandbox/";

Reply refuse(int status, std::string_view reason) {
    JsonWriter json;
    return json_reply(status, json.begin_object().member("error", reason).end_object());
}

Reply done() {
    JsonWriter json;
    return json_reply(200, json.begin_object().end_object());
}

Reply show_stats(const Context& context, const Json&) {
    JsonWriter json;
    write_stats(json, context.state);
    return json_reply(200, json);
}

Reply show_grants(const Context& context, const Json&) {
    JsonWriter json;
    write_grants(json, context);
    return json_reply(200, json);
}

Reply show_faults(const Context& context, const Json&) {
    JsonWriter json;
    write_faults(json, context.state.faults);
    return json_reply(200, json);
}

/// {"fault": "token:503:3"} or {"faults": ["…", …]}: all of them or none.
Reply order_faults(const Context& context, const Json& body) {
    std::vector<Fault> ordered;
    const auto order = [&](const Json& text) -> Result<void> {
        AGENT_TRY(const Fault fault, parse_fault(text.string().value_or("")));
        ordered.push_back(fault);
        return {};
    };
    if (const Json* one = body.find("fault"); one != nullptr) {
        if (const auto good = order(*one); !good) return refuse(400, good.error().message);
    }
    if (const Json* several = body.find("faults"); several != nullptr && several->is_array()) {
        for (const Json& text : *several->array()) {
            if (const auto good = order(text); !good) return refuse(400, good.error().message);
        }
    }
    if (ordered.empty()) return refuse(400, R"(expected {"fault": "ENDPOINT:KIND…"} or {"faults": […]})");
    for (const Fault& fault : ordered) context.state.faults.add(fault);
    return show_faults(context, body);
}

Reply clear_faults(const Context& context, const Json& body) {
    context.state.faults.clear();
    return show_faults(context, body);
}

Reply revoke(const Context& context, const Json& body) {
    if (body.find_boolean("all") == true) {
        context.state.grants.end_all("revoked by the rehearsal");
        return done();
    }
    const auto grant = body.find_string("grant");
    if (!grant) return refuse(400, R"(expected {"grant": "g1"} or {"all": true})");
    return context.state.grants.end(*grant, "revoked by the rehearsal") ? done() : refuse(404, "no such grant");
}

Reply expire(const Context& context, const Json&) {
    context.state.grants.expire_access_tokens();
    return done();
}

Reply choose_user(const Context& context, const Json& body) {
    const auto id = body.find_integer("id");
    if (!id || context.settings.find_user(*id) == nullptr) return refuse(400, R"(expected {"id": the id of a --user})");
    context.state.auto_approve_user = *id;
    return done();
}

Reply reset(const Context& context, const Json&) {
    context.state = State(context.settings);
    return done();
}

Reply note_redirected(const Context& context, const Json&) {
    ++context.state.stats.redirected;
    return done();
}

struct Route {
    std::string_view method;  // empty: any
    std::string_view name;
    Reply (*answer)(const Context&, const Json& body);
};

constexpr Route kRoutes[] = {
    {"GET", "stats", show_stats},        {"GET", "grants", show_grants},     {"GET", "faults", show_faults},
    {"POST", "faults", order_faults},    {"DELETE", "faults", clear_faults}, {"POST", "revoke", revoke},
    {"POST", "expire", expire},          {"POST", "user", choose_user},      {"POST", "reset", reset},
    {"", "redirected", note_redirected},
};

}  // namespace

Reply control_endpoint(const Context& context, const Request& request) {
    const std::string_view name = std::string_view(request.path).substr(kPrefix.size());
    const auto* route = std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) {
        return r.name == name && (r.method.empty() || r.method == request.method);
    });
    if (route == std::end(kRoutes)) return refuse(404, "no such control; see clio-sandbox --help");
    if (request.body.empty() || route->method.empty()) return route->answer(context, Json());
    const auto body = Json::parse(request.body);
    return body ? route->answer(context, *body) : refuse(400, body.error().message);
}

}  // namespace agent::sandbox
