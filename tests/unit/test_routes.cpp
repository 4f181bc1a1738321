// SPDX-License-Identifier: Apache-2.0
// What applies to every route: the handler of each path and method, who may use it, and what others get.
#include "io/api/routes.h"

#include <fstream>
#include <map>
#include <utility>

#include "expect.h"
#include "fakes/api_fixture.h"
#include "source_root.h"

using agent::Access;
using agent::ApiMethod;
using agent::find_route;
using agent::Route;
using agent::routes;
using fakes::ApiFixture;
using enum agent::ApiMethod;

namespace {

/// A path that the pattern matches.
std::string example_of(std::string_view pattern) {
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos) return std::string(pattern);
    return std::string(pattern.substr(0, open)) + "smith-law" + std::string(pattern.substr(pattern.find('}') + 1));
}

/// The operations of daemon/openapi.yaml by method and path, found by its layout, without parsing YAML.
std::map<std::pair<std::string, std::string>, Access> contract() {
    std::map<std::pair<std::string, std::string>, Access> operations;
    std::ifstream file(source_path("daemon/openapi.yaml"));
    std::string path;
    std::string method;
    for (std::string line; std::getline(file, line) && line != "components:";) {
        if (line.starts_with("  /v1/")) path = line.substr(2, line.size() - 3);
        for (const char* name : {"GET", "POST", "PUT", "DELETE"}) {
            std::string key = name;
            for (char& c : key) c = static_cast<char>(c - 'A' + 'a');
            if (line == "    " + key + ":") method = name;
        }
        if (line.starts_with("      summary: ")) {
            const bool closed = line.ends_with("(managers only)");
            operations.emplace(std::pair(method, path), closed ? Access::kManage : Access::kUse);
        }
    }
    return operations;
}

}  // namespace

Test(routes, are_those_of_the_contract) {
    auto operations = contract();
    cr_expect(operations.size() > 10, "daemon/openapi.yaml was not read");
    for (const Route& route : routes()) {
        const auto found = operations.find(std::pair(std::string(to_string(route.method)), std::string(route.pattern)));
        cr_assert(found != operations.end(), "%s is not in it", std::string(route.pattern).c_str());
        cr_expect(found->second == route.access, "%s", std::string(route.pattern).c_str());
        operations.erase(found);
    }
    for (const auto& [operation, access] : operations) cr_expect(false, "no route for %s", operation.second.c_str());
}

Test(routes, every_route_is_found_by_its_own_pattern) {
    for (const Route& route : routes()) {
        const auto match = find_route(route.method, example_of(route.pattern));
        cr_expect(match.route == &route, "%s", std::string(route.pattern).c_str());
    }
}

Test(routes, find_the_segment) {
    struct {
        const char* path;
        const char* pattern;
        const char* segment;
    } const rows[] = {
        {"/v1/accounts/smith-law/token", "/v1/accounts/{account}/token", "smith-law"},
        {"/v1/accounts/smith-law", "/v1/accounts/{account}", "smith-law"},
        {"/v1/accounts/token", "/v1/accounts/{account}", "token"},
        {"/v1/accounts/a%2Fb", "/v1/accounts/{account}", "a%2Fb"},
        {"/v1/apps", "/v1/apps", ""},
    };
    for (const auto& row : rows) {
        const auto match = find_route(kGet, row.path);
        cr_assert(match.route != nullptr, "%s", row.path);
        EXPECT_TEXT(match.route->pattern, row.pattern);
        EXPECT_TEXT(match.segment, row.segment);
    }
}

Test(routes, what_is_no_path_is_not_found) {
    ApiFixture api;
    api.accounts.hold("smith-law");
    for (const char* path :
         {"", "/", "/v1", "/v1/", "/v2/accounts", "/v1/accounts/", "/v1/accounts//token", "/v1/accounts/smith-law/",
          "/v1/accounts/smith-law/token/", "/v1/accounts/a/b/token", "//v1/accounts", "/v1/accounts/smith-law/Token",
          "/v1/%61ccounts", "/v1/token/x", "/api/v4/users", "*", "agent:80"}) {
        const auto asked = api.get(path);
        cr_expect(asked.status() == 404, "%s: %d", path, asked.status());
        EXPECT_CONTAINS(asked.body(), R"("code":"not_found")");
    }
}

Test(routes, a_wrong_method_is_told_the_right_ones) {
    struct {
        ApiMethod method;
        const char* path;
        const char* allow;
    } const rows[] = {
        {kPost, "/v1/accounts/smith-law/token", "GET"},
        {kOther, "/v1/accounts/smith-law/token", "GET"},
        {kPut, "/v1/accounts/smith-law", "GET, DELETE"},
        {kGet, "/v1/accounts/smith-law/refresh", "POST"},
        {kPut, "/v1/authorizations/x", "GET, POST, DELETE"},
        {kPost, "/v1/apps/firm", "GET, PUT, DELETE"},
        {kDelete, "/v1/status", "GET"},
    };
    ApiFixture api;
    for (const auto& row : rows) {
        const auto asked = api.ask(row.method, row.path);
        cr_assert(asked.status() == 405, "%s: %d", row.path, asked.status());
        EXPECT_TEXT(asked.reply->answer->allow, row.allow);
        EXPECT_TEXT(asked.reply->answer->content_type, "application/problem+json");
        EXPECT_CONTAINS(asked.body(), R"("status":405,"code":"bad_request")");
    }
}

Test(routes, what_changes_the_agent_is_for_managers) {
    ApiFixture api;
    for (const Route& route : routes()) {
        const std::string path = example_of(route.pattern);
        const bool closed = route.access == Access::kManage;
        const auto stranger = api.ask(route.method, path, "", ApiFixture::kStranger);
        cr_expect((stranger.status() == 403) == closed, "%s: %d", path.c_str(), stranger.status());
        if (closed) EXPECT_CONTAINS(stranger.body(), R"("code":"forbidden")");
        for (const uid_t manager : {uid_t{0}, ApiFixture::kOwnUser}) {
            cr_expect(api.ask(route.method, path, "", manager).status() != 403, "%s", path.c_str());
        }
    }
    cr_expect(api.accounts.removals.size() == 0 && api.apps.changes.size() == 0);
}

Test(routes, a_stranger_is_refused_before_anything_else_is_looked_at) {
    ApiFixture api;
    for (const char* path : {"/v1/apps/no%20name", "/v1/apps/firm?unknown=1"}) {
        cr_expect(api.ask(kPut, path, "not json", ApiFixture::kStranger).status() == 403, "%s", path);
    }
}

Test(routes, names_are_decoded_and_checked) {
    ApiFixture api;
    api.accounts.hold("a@b.c");
    cr_expect(api.get("/v1/accounts/a%40b.c").status() == 200);
    for (const char* name : {"no%20name", "%00", "%zz", "%4", "caf%C3%A9", "a%2Fb", "a+b"}) {
        const auto asked = api.get(std::string("/v1/accounts/") + name);
        cr_expect(asked.status() == 400, "%s: %d", name, asked.status());
        EXPECT_CONTAINS(asked.body(), R"("code":"bad_request")");
    }
    cr_expect(api.get("/v1/accounts/" + std::string(64, 'a')).status() == 404);
    cr_expect(api.get("/v1/accounts/" + std::string(65, 'a')).status() == 400);
}

Test(routes, every_route_refuses_a_parameter_that_it_does_not_know) {
    ApiFixture api;
    api.accounts.hold("smith-law");
    for (const Route& route : routes()) {
        const auto asked = api.ask(route.method, example_of(route.pattern) + "?mintl=3", "{}");
        cr_expect(asked.status() == 400, "%s: %d", std::string(route.pattern).c_str(), asked.status());
        EXPECT_CONTAINS(asked.body(), R"(\"mintl\")");
    }
}

Test(routes, a_reply_that_is_dropped_answers_500) {
    ApiFixture api;
    api.accounts.hold("smith-law");
    api.accounts.must_wait = true;
    auto asked = api.get("/v1/accounts/smith-law/token");
    cr_expect(asked.reply->answers == 0);
    asked.waiting.reset();
    cr_expect(asked.status() == 500 && asked.reply->answers == 1);
    EXPECT_CONTAINS(asked.body(), R"("code":"internal")");
}
