// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "io/api/reply.h"

namespace fakes {

/// Keeps the answer to one request.
class RecordedReply final : public agent::ApiSink {
  public:
    std::optional<agent::ApiAnswer> answer;
    std::string stream_type;
    std::string streamed;
    bool stream_ended = false;
    bool gone = false;  // set by the test
    int answers = 0;

    [[nodiscard]] int status() const { return answer ? answer->status : 0; }
    [[nodiscard]] std::string body() const { return std::string(answer ? answer->body.reveal() : ""); }

    [[nodiscard]] bool peer_has_gone() const noexcept override { return gone; }
    void send(agent::ApiAnswer given) override {
        ++answers;
        answer = std::move(given);
    }
    void begin_stream(std::string_view content_type) override {
        ++answers;
        stream_type = content_type;
    }
    void write(std::string_view chunk) override { streamed += chunk; }
    void end_stream() override { stream_ended = true; }
};

}  // namespace fakes
