// SPDX-License-Identifier: Apache-2.0
#include "clio_agent.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "base/secret/secret.h"
#include "lib/agent_client.h"
#include "lib/default_account.h"
#include "lib/socket/socket_path.h"
#include "lib/token_call.h"
#include "protocol/problem.h"

// The C interface of the library. The structures that C sees are base classes of the owners of their strings. No
// exception leaves this file.

struct clio_agent {
    agent::AgentClient client;
};

namespace {

struct OwnedToken : clio_token {
    agent::SecretString account_text;
    agent::SecretString access_token_text;
    agent::SecretString api_base_text;
};

struct OwnedError : clio_error {
    std::string text;
};

constexpr clio_error kNoMemoryError{.code = CLIO_NO_MEMORY, .message = "out of memory", .retry_after = 0};

/// A NUL-terminated copy.
agent::SecretString c_text(std::string_view text) {
    agent::SecretString copy(text.size() + 1);
    std::copy(text.begin(), text.end(), copy.data());
    return copy;
}

/// The agent's codes by those of the ABI, which never change their numbers.
constexpr std::pair<clio_code, agent::Error::Code> kCodes[] = {
    {CLIO_BAD_REQUEST, agent::Error::Code::kBadRequest},
    {CLIO_NOT_FOUND, agent::Error::Code::kNotFound},
    {CLIO_CONFLICT, agent::Error::Code::kConflict},
    {CLIO_ACCOUNT_AMBIGUOUS, agent::Error::Code::kAccountAmbiguous},
    {CLIO_LOGIN_REQUIRED, agent::Error::Code::kLoginRequired},
    {CLIO_LOCKED, agent::Error::Code::kLocked},
    {CLIO_FORBIDDEN, agent::Error::Code::kForbidden},
    {CLIO_TEMPORARILY_UNAVAILABLE, agent::Error::Code::kTemporarilyUnavailable},
    {CLIO_INTERNAL, agent::Error::Code::kInternal},
    {CLIO_NEEDS_ATTENTION, agent::Error::Code::kNeedsAttention},
    {CLIO_FORBIDDEN, agent::Error::Code::kProofRequired},  // which no call of this library meets
};

clio_code code_of(const agent::Failure& failure) {
    if (failure.code == agent::kNoAgent) return CLIO_NO_AGENT;
    const auto said = agent::error_code_from(failure.code);
    for (const auto& [code, meaning] : kCodes)
        if (said == meaning) return code;
    return CLIO_INTERNAL;
}

clio_code report_failure(const agent::Failure& failure, clio_error** error) {
    const clio_code code = code_of(failure);
    if (error == nullptr) return code;
    auto* owned = new OwnedError{{.code = code, .message = nullptr, .retry_after = failure.retry_after.count()},
                                 failure.code + ": " + failure.detail};
    owned->message = owned->text.c_str();
    *error = owned;
    return code;
}

clio_token* make_token(const agent::GivenToken& given) {
    auto* owned = new OwnedToken{{}, c_text(given.account), c_text(given.access_token), c_text(given.api_base)};
    owned->account = owned->account_text.data();
    owned->access_token = owned->access_token_text.data();
    owned->api_base = owned->api_base_text.data();
    owned->expires_at = given.expires_at;
    owned->generation = given.generation;
    owned->min_ttl_met = given.min_ttl_met ? 1 : 0;
    return owned;
}

std::optional<std::string> account_or_default(const char* account) {
    return account != nullptr ? std::string(account) : agent::default_account();
}

/// Runs `work` and turns exceptions into a code.
template <class Work>
clio_code guarded(clio_error** error, Work work) noexcept {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        if (error != nullptr) *error = const_cast<clio_error*>(&kNoMemoryError);
        return CLIO_NO_MEMORY;
    }
}

}  // namespace

clio_agent* clio_agent_new(const char* path) try {
    return new clio_agent{agent::AgentClient(agent::find_socket(path == nullptr ? "" : path))};
} catch (const std::bad_alloc&) {
    return nullptr;
}

void clio_agent_free(clio_agent* agent) {
    delete agent;
}

const char* clio_agent_socket_path(const clio_agent* agent) {
    return agent->client.socket().c_str();
}

void clio_agent_set_timeout(clio_agent* agent, uint32_t milliseconds) {
    agent->client.set_timeout(agent::Duration(milliseconds));
}

clio_code clio_agent_get_token(const clio_agent* agent, const char* account, int64_t min_ttl, clio_token** token,
                               clio_error** error) {
    return guarded(error, [&] {
        std::optional<std::chrono::seconds> least;
        if (min_ttl >= 0) least = std::chrono::seconds(min_ttl);
        const auto given = agent::get_token(agent->client, account_or_default(account), least);
        if (!given) return report_failure(given.error(), error);
        *token = make_token(*given);
        return CLIO_OK;
    });
}

void clio_token_free(clio_token* token) {
    delete static_cast<OwnedToken*>(token);
}

clio_code clio_agent_report(const clio_agent* agent, const char* account, uint64_t generation, int http_status,
                            clio_report_outcome* outcome, clio_error** error) {
    return guarded(error, [&] {
        const auto answer =
            agent::report_refusal(agent->client, account == nullptr ? "" : account, generation, http_status);
        if (!answer) return report_failure(answer.error(), error);
        if (outcome != nullptr) *outcome = static_cast<clio_report_outcome>(*answer);
        return CLIO_OK;
    });
}

void clio_error_free(clio_error* error) {
    if (error != &kNoMemoryError) delete static_cast<OwnedError*>(error);
}

const char* clio_code_name(clio_code code) {
    if (code == CLIO_OK) return "ok";
    if (code == CLIO_NO_AGENT) return agent::kNoAgent.data();
    if (code == CLIO_NO_MEMORY) return "no_memory";
    for (const auto& [known, meaning] : kCodes)
        if (code == known) return agent::problem_kind(meaning).name.data();
    return "unknown";
}
