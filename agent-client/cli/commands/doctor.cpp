// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/doctor/findings.h"
#include "cli/doctor/places.h"
#include "cli/request_times.h"
#include "cli/session.h"
#include "lib/members.h"
#include "lib/socket/socket_group.h"
#include "lib/socket/socket_trust.h"

namespace agent {

namespace {

/// Makes one check after the other. A check that fails does not keep the next from being made.
class Doctor {
  public:
    explicit Doctor(const AgentClient& client) : client_(client) {}

    std::vector<Finding> examine() {
        if (!look_at_socket() || !look_at_agent()) return std::move(findings_);
        look_at_keys();
        look_at_each("apps", "/v1/apps", [this](const Json& app) { look_at_app(app); });
        look_at_each("accounts", "/v1/accounts",
                     [this](const Json& account) { add("account", judge_account(account)); });
        return std::move(findings_);
    }

  private:
    void add(const char* subject, Reply<Finding> found) {
        findings_.push_back(found ? *std::move(found) : not_found_out(subject, found.error()));
    }

    bool look_at_socket() {
        if (const auto group = group_of_socket(client_.socket())) findings_.push_back(judge_group(*group, ::geteuid()));
        if (const Reply<void> trusted = check_socket(client_.socket()); !trusted) {
            findings_.push_back(not_found_out("socket", trusted.error()));
            return false;
        }
        findings_.push_back({.subject = "socket", .detail = client_.socket(), .next = {}});
        return true;
    }

    /// False if nothing more can be found out.
    bool look_at_agent() {
        const Reply<Answer> answer = client_.call({.method = "GET", .target = "/v1/status"});
        if (!answer) {
            findings_.push_back(not_found_out("agent", answer.error()));
            return false;
        }
        const auto found = judge_status(answer->json, CLIO_VERSION);
        if (!found) {
            findings_.push_back(not_found_out("agent", found.error()));
            return false;
        }
        findings_.insert(findings_.end(), found->begin(), found->end());
        const auto pid = answer->json.find_integer("pid");
        const std::optional<uid_t> user = pid ? user_of_process(*pid) : std::nullopt;
        if (const auto folder = answer->json.find_string("state_dir")) look_at_places(std::string(*folder), user);
        if (pid && user) look_at_unit(*pid, *user);
        return answer->json.find_boolean("locked") != std::optional(true);
    }

    void look_at_places(const std::string& folder, std::optional<uid_t> user) {
        const auto places = private_places(folder);
        add("places", places ? Reply<Finding>(judge_places(*places, user))
                             : fail(Error::Code::kForbidden, folder + ": only the agent's user may look"));
    }

    void look_at_unit(std::int64_t pid, uid_t user) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/cgroup");
        std::ostringstream cgroup;
        cgroup << file.rdbuf();
        if (cgroup.str().empty()) return;  // the agent is in another container
        const bool lingers = ::access(("/var/lib/systemd/linger/" + name_of_user(user)).c_str(), F_OK) == 0;
        findings_.push_back(judge_unit(cgroup.str(), lingers));
    }

    void look_at_keys() {
        const Reply<Answer> answer =
            client_.call({.method = "POST", .target = "/v1/keys/test", .body = "{}"}, request_times::kDerivation);
        add("key slots", answer ? judge_keys(answer->json) : tl::unexpected(answer.error()));
    }

    void look_at_app(const Json& app) {
        const std::string name(app.find_string("name").value_or(""));
        const auto path = app_path(name);
        if (!path) return findings_.push_back(not_found_out("app " + name, path.error()));
        const Reply<Answer> answer =
            client_.call({.method = "POST", .target = *path + "/check"}, request_times::kCheckOfApp);
        if (!answer) return findings_.push_back(not_found_out("app " + name, answer.error()));
        add("app", judge_app(name, answer->json));
        if (auto port = judge_check(kRedirectPort, "redirect port of " + name, name, answer->json))
            findings_.push_back(*std::move(port));
        if (std::exchange(knows_clock_, true)) return;
        if (auto clock = judge_check(kClock, "clock", name, answer->json)) findings_.push_back(*std::move(clock));
    }

    template <class Look>
    void look_at_each(const char* what, const char* target, Look look) {
        const Reply<Answer> answer = client_.call({.method = "GET", .target = target});
        if (!answer) return findings_.push_back(not_found_out(what, answer.error()));
        const auto items = need_array(answer->json, what);
        if (!items) return findings_.push_back(not_found_out(what, Failure(items.error())));
        if ((*items)->empty())
            findings_.push_back(
                {.subject = what,
                 .verdict = Finding::Verdict::kAdvice,
                 .detail = "there are none",
                 .next = std::string(what) == "apps" ? "clioctl app add --help" : "clioctl login ACCOUNT"});
        for (const Json& item : **items) look(item);
    }

    const AgentClient& client_;
    std::vector<Finding> findings_;
    bool knows_clock_ = false;
};

}  // namespace

Reply<int> doctor(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    const std::vector<Finding> findings = Doctor(client).examine();
    AGENT_CHECK(arguments.has("json") ? print_line(findings_json(findings))
                                      : print(render_table(findings_table(findings), wants_colour())));
    return any_bad(findings) ? 1 : 0;
}

}  // namespace agent
