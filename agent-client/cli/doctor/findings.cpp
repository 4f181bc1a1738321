// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/findings.h"

#include <algorithm>

#include "base/json/json_writer.h"
#include "lib/members.h"
#include "protocol/names.h"

namespace agent {

namespace {

using enum Finding::Verdict;

struct VerdictWords {
    std::string_view word;
    Tone tone;
};

VerdictWords words_of(Finding::Verdict verdict) {
    switch (verdict) {
        case kGood:
            return {"good", Tone::kGood};
        case kAdvice:
            return {"advice", Tone::kWarning};
        case kBad:
            break;
    }
    return {"bad", Tone::kBad};
}

Finding finding(std::string subject, Finding::Verdict verdict, std::string_view detail, std::string next = {}) {
    return {.subject = std::move(subject), .verdict = verdict, .detail = std::string(detail), .next = std::move(next)};
}

}  // namespace

namespace {

Finding judge_configuration(const Json& status) {
    const std::string file(status.find_string("config_file").value_or(""));
    const std::string error(status.find_string("config_error").value_or(""));
    if (!error.empty())
        return finding("configuration", kBad, "the last reload changed nothing: " + error,
                       "put it right, test it with cliod --check-config, and reload the agent");
    return finding("configuration", kGood, file.empty() ? "there is no file: all defaults" : file);
}

Finding judge_proxy(const Json& status) {
    const std::string proxy(status.find_string("proxy").value_or(""));
    const std::string unused(status.find_string("unused_proxy").value_or(""));
    if (!unused.empty())
        return finding("proxy", kAdvice, unused + " is set for the agent, but not used",
                       R"(if Clio is reached through a proxy only: "proxy" in cliod.json(5))");
    return finding("proxy", kGood, proxy.empty() ? "none: the agent talks to Clio directly" : proxy);
}

}  // namespace

Reply<std::vector<Finding>> judge_status(const Json& status, std::string_view version) {
    AGENT_TRY(const auto its_version, need_string(status, "version"));
    AGENT_TRY(const bool locked, need_boolean(status, "locked"));
    AGENT_TRY(const auto store_error, need_string(status, "store_error"));
    std::vector<Finding> found;
    if (its_version == version) {
        found.push_back(finding("agent", kGood, "it answers; version " + std::string(its_version)));
    } else {
        found.push_back(finding("agent", kAdvice,
                                "it has version " + std::string(its_version) + ", clioctl " + std::string(version),
                                "restart the agent, so that both have the same"));
    }
    if (status.find("config_file") != nullptr) {
        found.push_back(judge_configuration(status));
        found.push_back(judge_proxy(status));
    }
    found.push_back(store_error.empty()
                        ? finding("store", kGood, "it takes writes")
                        : finding("store", kBad, store_error, "make room on its disk, or repair it; nothing is lost"));
    if (locked) found.push_back(finding("lock", kBad, "the agent is locked", "clioctl unlock"));
    return found;
}

Reply<Finding> judge_keys(const Json& answer) {
    AGENT_TRY(const Json::Array* slots, need_array(answer, "slots"));
    for (const Json& slot : *slots) {
        AGENT_TRY(const auto id, need_integer(slot, "id"));
        AGENT_TRY(const auto kind, need_string(slot, "kind"));
        if (slot.find_boolean("opens") != std::optional(false)) continue;
        return finding(
            "key slots", kBad,
            "slot " + std::to_string(id) + " (" + std::string(kind) +
                ") does not open: " + std::string(slot.find_string("detail").value_or("")),
            "clioctl key list; replace it with clioctl key add, then clioctl key remove " + std::to_string(id));
    }
    const bool one_only = slots->size() == 1;
    return finding(
        "key slots", one_only ? kAdvice : kGood,
        one_only ? "there is one key only: without it nothing opens the store" : "those that can be tried open",
        one_only ? "clioctl key add recovery" : "");
}

Reply<Finding> judge_app(std::string_view app, const Json& answer) {
    AGENT_TRY(const Json::Array* checks, need_array(answer, "checks"));
    const std::string name(app);
    Finding worst = finding("app " + name, kGood, "name, certificate and sign-in page of Clio are as they should be");
    for (const Json& check : *checks) {
        AGENT_TRY(const auto what, need_string(check, "check"));
        if (what == kClock || what == kRedirectPort) continue;
        AGENT_TRY(const auto verdict, need_string(check, "verdict"));
        AGENT_TRY(const auto detail, need_string(check, "detail"));
        if (verdict == "bad") return finding("app " + name, kBad, detail, "clioctl app check " + as_operand(name));
        if (verdict != "good" && worst.verdict == kGood)
            worst = finding("app " + name, kAdvice, detail, "clioctl app check " + as_operand(name));
    }
    return worst;
}

std::optional<Finding> judge_check(std::string_view check, std::string subject, std::string_view app,
                                   const Json& answer) {
    const Json* const checks = answer.find("checks");
    if (checks == nullptr || checks->array() == nullptr) return std::nullopt;
    for (const Json& one : *checks->array()) {
        if (one.find_string("check") != check) continue;
        const std::string_view verdict = one.find_string("verdict").value_or("");
        const std::string_view detail = one.find_string("detail").value_or("");
        if (verdict == "good") return finding(std::move(subject), kGood, detail);
        return finding(std::move(subject), verdict == "bad" ? kBad : kAdvice, detail,
                       "clioctl app check " + as_operand(app));
    }
    return std::nullopt;
}

Reply<Finding> judge_account(const Json& account) {
    AGENT_TRY(const auto name, need_string(account, "name"));
    AGENT_TRY(const auto state, need_string(account, "state"));
    const std::string_view reason = account.find_string("reason").value_or("");
    const std::string subject = "account " + std::string(name);
    const std::string detail = std::string(state) + (reason.empty() ? "" : ": ") + std::string(reason);
    if (state == "ready" || state == "refreshing") {
        if (reason.empty()) return finding(subject, kGood, detail);
        return finding(subject, kBad, detail, "clioctl show " + as_operand(name));
    }
    const std::string next_step(account.find_string("next_step").value_or(""));
    if (!next_step.empty()) return finding(subject, kBad, detail, next_step);
    return finding(subject, state == "stale" ? kAdvice : kBad, detail,
                   "the agent tries again by itself; see clioctl show " + as_operand(name));
}

Finding judge_unit(std::string_view cgroup, bool lingers) {
    const bool of_user = cgroup.find("/user@") != std::string_view::npos;
    const bool is_service = cgroup.find("/cliod.service") != std::string_view::npos;
    if (!is_service)
        return finding("unit", kAdvice, "systemd does not run the agent: it does not come back by itself",
                       "see the two ways to install in the README");
    if (of_user && !lingers)
        return finding("unit", kAdvice, "cliod.service of your own ends when you log out", "loginctl enable-linger");
    return finding("unit", kGood, of_user ? "cliod.service of your own, and it stays" : "cliod.service of the machine");
}

Finding judge_group(const SocketGroup& group, uid_t uid) {
    if (uid == 0 || group.is_in_force)
        return finding("group", kGood, uid == 0 ? "root needs none" : "you are in " + group.name);
    const std::string user = group.user.empty() ? "USER" : group.user;
    if (group.is_listed)
        return finding("group", kAdvice, "this session began before you were in " + group.name, "log out and in again");
    return finding("group", kAdvice, "you are not in " + group.name + ", for which the socket is",
                   "as root: usermod --append --groups " + group.name + " " + user);
}

Finding not_found_out(std::string subject, const Failure& failure) {
    const bool forbidden = failure.code == "forbidden";
    return finding(std::move(subject), forbidden ? kAdvice : kBad, failure.code + ": " + failure.detail,
                   forbidden ? "run clioctl doctor as root or as the user that the agent runs as" : "");
}

std::vector<Row> findings_table(const std::vector<Finding>& findings) {
    std::vector<Row> rows;
    for (const Finding& found : findings) {
        const auto [word, tone] = words_of(found.verdict);
        rows.push_back({{word, tone}, found.subject, found.detail});
        if (!found.next.empty()) rows.push_back({"", "", "  do: " + found.next});
    }
    return rows;
}

std::string findings_json(const std::vector<Finding>& findings) {
    JsonWriter out;
    out.begin_object().key("findings").begin_array();
    for (const Finding& found : findings) {
        out.begin_object().member("subject", found.subject).member("verdict", words_of(found.verdict).word);
        out.member("detail", found.detail).member("next", found.next).end_object();
    }
    out.end_array().end_object();
    return std::string(out.view());
}

bool any_bad(const std::vector<Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.verdict == kBad; });
}

}  // namespace agent
