// SPDX-License-Identifier: Apache-2.0
// Every request of the local protocol, from every kind of peer, in every mood of the core.
//
// Input: letters for the method, the peer and the mood; then path, query and body, a line each.
#include <array>
#include <string>

#include "checks.h"
#include "io/api/routes.h"
#include "protocol_stage.h"
#include "target.h"

namespace {

using agent::ApiMethod;
using fakes::ApiFixture;

constexpr std::array kMethods{ApiMethod::kGet, ApiMethod::kPost, ApiMethod::kPut, ApiMethod::kDelete,
                              ApiMethod::kOther};
constexpr std::array<uid_t, 4> kPeers{ApiFixture::kOwnUser, 0, ApiFixture::kStranger, static_cast<uid_t>(-1)};

/// The request's secret, if the body contains one exactly once and verbatim.
std::string_view secret_in(std::string_view body) {
    const auto json = agent::Json::parse(body);
    for (const std::string_view key : {"client_secret", "redirected_url", "passphrase", "recovery_key"}) {
        const std::string_view secret = json ? json->find_string(key).value_or("") : "";
        const std::size_t at = secret.empty() ? std::string_view::npos : body.find(secret);
        if (at != std::string_view::npos && body.find(secret, at + 1) == std::string_view::npos)
            return body.substr(at, secret.size());
    }
    return {};
}

struct Question {
    ApiMethod method;
    uid_t peer;
    std::size_t mood;
    std::string_view path;
    std::string_view query;
};

/// Asks, checks all that holds for every answer, and returns the answer's body.
std::string ask(const Question& question, std::string_view body, std::string_view input) {
    fuzz::ProtocolStage stage(question.mood, input);
    const std::string target = std::string(question.path) + '?' + std::string(question.query);
    auto exchange = stage.fixture().ask(question.method, target, body, question.peer);

    const agent::RouteMatch match =
        agent::find_route(question.method, question.path.substr(0, question.path.find('?')));
    const bool is_manager = question.peer == 0 || question.peer == ApiFixture::kOwnUser;
    if (match.route != nullptr && match.route->access == agent::Access::kManage && !is_manager) {
        FUZZ_ASSERT(exchange.status() == 403 && !stage.was_changed());
    }
    for (int rounds = 0; rounds < 3 && exchange.reply->answers == 0; ++rounds)
        stage.settle();  // one may lead to another
    FUZZ_ASSERT(exchange.reply->answers == 1);
    if (!exchange.reply->answer) {
        FUZZ_ASSERT(exchange.reply->stream_type == "application/jsonl" && exchange.waiting != nullptr);
        return {};
    }
    const agent::ApiAnswer& answer = *exchange.reply->answer;
    fuzz::check_answer(answer.status, answer.content_type, answer.body.reveal());
    stage.check_secrets(answer.status, question.path, answer.body.reveal());
    FUZZ_ASSERT((answer.status == 405) == !answer.allow.empty());
    FUZZ_ASSERT((answer.status == 503) == answer.retry_after.has_value());
    return exchange.body();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const Question question{.method = kMethods[input.pick(kMethods.size())],
                            .peer = kPeers[input.pick(kPeers.size())],
                            .mood = input.pick(fuzz::ProtocolStage::kMoods),
                            .path = input.line(),
                            .query = input.line()};
    std::string body(input.rest());
    const std::string answer = ask(question, body, {reinterpret_cast<const char*>(data), size});

    // An answer does not depend on the secret of its request, but for what makes a secret unusable.
    const std::string_view secret = secret_in(body);
    if (secret.find_first_of("\\\"?:% \t\r\n") != std::string_view::npos || secret.size() < 2) return 0;
    const auto at = static_cast<std::size_t>(secret.data() - body.data());
    body.replace(at, secret.size(), std::string(secret.size(), secret.front() == 'x' ? 'y' : 'x'));
    FUZZ_ASSERT(ask(question, body, {reinterpret_cast<const char*>(data), size}) == answer);
    return 0;
}
