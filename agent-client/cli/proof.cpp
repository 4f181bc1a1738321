// SPDX-License-Identifier: Apache-2.0
#include "cli/proof.h"

#include <string>
#include <utility>

#include "base/json/json_writer.h"
#include "cli/input/secret_source.h"
#include "cli/request_times.h"
#include "lib/members.h"
#include "protocol/problem.h"

namespace agent {

namespace {

Reply<std::string> prove(const AgentClient& client, const Arguments& arguments) {
    AGENT_TRY(const SecretSource source, SecretSource::chosen_by(arguments));
    AGENT_TRY(const SecretString secret, source.read("Passphrase or recovery key of the agent"));
    JsonWriter body;
    body.begin_object().member("secret", secret.reveal()).end_object();
    AGENT_TRY(const Answer answer,
              client.call({.method = "POST", .target = "/v1/proofs", .body = body.view()}, request_times::kAllSlots));
    AGENT_TRY(const auto proof, need_string(answer.json, "proof"));
    return std::string(proof);
}

}  // namespace

Reply<Answer> call_as_person(const AgentClient& client, const Arguments& arguments, AgentRequest request,
                             Duration extra) {
    auto answer = client.call(request, extra);
    if (answer || answer.error().code != problem_kind(Error::Code::kProofRequired).name) return answer;
    AGENT_TRY(const std::string proof, prove(client, arguments));
    request.target += (request.target.find('?') == std::string::npos ? "?proof=" : "&proof=") + proof;
    return client.call(request, extra);
}

}  // namespace agent
