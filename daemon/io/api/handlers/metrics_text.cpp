// SPDX-License-Identifier: Apache-2.0
#include "io/api/handlers/metrics_text.h"

namespace agent {

namespace {

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : value) {
        if (c == '\\' || c == '"') text += '\\';
        if (c == '\n') {
            text += "\\n";
        } else {
            text += c;
        }
    }
    return text;
}

}  // namespace

MetricsText& MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += "# HELP " + name_ + ' ' + std::string(help) + '\n';
    text_ += "# TYPE " + name_ + ' ' + std::string(type) + '\n';
    return *this;
}

MetricsText& MetricsText::sample(std::initializer_list<Label> labels, std::int64_t value) {
    text_ += name_;
    char before = '{';
    for (const auto& [label, text] : labels) {
        text_ += before + std::string(label) + "=\"" + escaped(text) + '"';
        before = ',';
    }
    if (labels.size() != 0) text_ += '}';
    text_ += ' ' + std::to_string(value) + '\n';
    return *this;
}

void write_account_metrics(MetricsText& out, const Accounts& accounts) {
    const AgentStatus status = accounts.status();
    const auto count = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    out.gauge("clio_agent_accounts", "Number of accounts.").sample({}, count(status.accounts));
    out.gauge("clio_agent_refreshes_running", "Running refreshes.").sample({}, count(status.refreshing));
    out.gauge("clio_agent_refreshes_queued", "Queued refreshes.").sample({}, count(status.queued));
    out.gauge("clio_agent_store_ok", "1 while the store accepts commits.")
        .sample({}, status.store_error.empty() ? 1 : 0);
    if (status.next_refresh) {
        out.gauge("clio_agent_next_refresh_timestamp_seconds", "When the next refresh of any account is due.")
            .sample({}, unix_seconds(*status.next_refresh));
    }

    const std::vector<AccountFacts> all = accounts.list();
    out.gauge("clio_agent_account_state", "1 for the current state of the account.");
    for (const AccountFacts& facts : all)
        out.sample({{"account", facts.name}, {"state", word_of(kAccountStates, facts.state)}}, 1);
    out.gauge("clio_agent_account_expiry_timestamp_seconds", "When the account's access token expires.");
    for (const AccountFacts& facts : all) out.sample({{"account", facts.name}}, unix_seconds(facts.expires_at));
    out.gauge("clio_agent_account_generation", "Number of the account's current token set.");
    for (const AccountFacts& facts : all) out.sample({{"account", facts.name}}, count(facts.generation));
}

}  // namespace agent
