// SPDX-License-Identifier: Apache-2.0
#include "lib/http/exchange.h"

#include <array>

#include "base/secret/secret.h"

namespace agent {

namespace {

/// A block on the stack through which tokens pass.
struct WipedBlock {
    std::array<char, 8192> bytes;

    ~WipedBlock() { wipe(bytes.data(), bytes.size()); }
};

SecretBuffer message_of(const AgentRequest& request) {
    SecretBuffer message;  // the body may hold a client secret
    for (const std::string_view part : {request.method, std::string_view(" "), std::string_view(request.target),
                                        std::string_view(" HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n")}) {
        message.append(part);
    }
    if (!request.body.empty()) message.append("Content-Type: application/json\r\n");
    if (request.method != "GET") {
        message.append("Content-Length: ");
        message.append(std::to_string(request.body.size()));
        message.append("\r\n");
    }
    message.append("\r\n");
    message.append(request.body);
    return message;
}

}  // namespace

Reply<void> Exchange::send(const AgentRequest& request) {
    const SecretBuffer message = message_of(request);
    // The agent's answer matters even if it did not read the whole request.
    AGENT_TRY([[maybe_unused]] const bool taken, stream_.send(message.view(), patience_));
    return {};
}

Reply<void> Exchange::receive_more() {
    WipedBlock block;
    AGENT_TRY(const std::size_t size, stream_.receive(block.bytes, patience_));
    if (size == 0) {
        const Result<void> complete = response_.end_of_stream();
        is_broken_off_ = !complete;
        AGENT_CHECK(complete);
        return {};
    }
    AGENT_TRY(const std::size_t used, response_.feed({block.bytes.data(), size}));
    if (used != size) return fail(Error::Code::kInternal, "answer of the agent: continues after its end");
    return {};
}

}  // namespace agent
