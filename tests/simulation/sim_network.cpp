// SPDX-License-Identifier: Apache-2.0
#include "simulation/sim_network.h"

#include <algorithm>
#include <utility>

namespace agent::sim {

struct SimNetwork::Exchange {
    Asked asked;
    Course course;
    std::uint64_t life = 0;  // of the process that sent it
    BootTime sent_at;
    Duration patience{0};
    Done done;  // empty once it is over for the agent
    std::optional<SimServer::Answer> answer;
};

struct SimNetwork::Call : HttpCall {
    Call(SimNetwork& n, std::shared_ptr<Exchange> e) : network(n), exchange(std::move(e)) {}
    ~Call() override { network.close(*exchange); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    SimNetwork& network;
    std::shared_ptr<Exchange> exchange;
};

std::unique_ptr<HttpCall> SimNetwork::send(HttpRequest request, Done done) {
    auto exchange = std::make_shared<Exchange>();
    exchange->asked = SimServer::read(request);
    exchange->patience = request.patience;
    exchange->course =
        faults_.course_of_request(events_.now(), server_.grant(exchange->asked.token.grant).app, exchange->patience);
    exchange->life = life_;
    exchange->sent_at = events_.now();
    exchange->done = std::move(done);
    ++under_way_;
    watch_.sent(exchange->asked, exchange->course.fault);

    const Course& course = exchange->course;
    if (course.reaches_server)
        events_.add(course.there, EventQueue::Place::kWorld, [this, exchange] { arrive(exchange); });
    events_.add(std::min(course.there + course.back, exchange->patience), EventQueue::Place::kMachine,
                [this, exchange] { deliver(exchange); });
    return std::make_unique<Call>(*this, std::move(exchange));
}

void SimNetwork::arrive(const std::shared_ptr<Exchange>& exchange) {
    using Ended = ServerGrant::Ended;
    const int grant = exchange->asked.token.grant;
    const bool lived = server_.grant(grant).ended == Ended::kNo;
    exchange->answer = server_.answer(exchange->asked, exchange->course.fault);
    // An agent that lives and gives its own request up loses the grant by its own fault, and is not excused here.
    const bool never_answered = exchange->course.failure || exchange->course.instead || exchange->life != life_;
    if (lived && never_answered && server_.grant(grant).ended == Ended::kByReuse) watch_.ended_by_late_request(grant);
    if (const auto& rotated = exchange->answer->rotated) {
        watch_.rotated(*rotated);
        if (never_answered) watch_.lost(*rotated);
    }
}

void SimNetwork::deliver(const std::shared_ptr<Exchange>& exchange) {
    if (exchange->done == nullptr) return;
    Course& course = exchange->course;
    // The machine slept: the connection is long dead.
    if (events_.now() - exchange->sent_at > exchange->patience)
        course.failure = HttpFailure{.kind = HttpFailure::Kind::kCut, .message = "simulated: slept"};

    const bool genuine = !course.failure && !course.instead;
    if (exchange->answer && exchange->answer->rotated) {
        if (genuine)
            watch_.received(*exchange->answer->rotated);
        else
            watch_.lost(*exchange->answer->rotated);
    }
    if (!course.failure && course.instead && course.instead->retry_after)
        watch_.told_to_wait(exchange->asked, *course.instead->retry_after);
    const auto done = exchange->done;
    close(*exchange);
    if (course.failure)
        done(tl::unexpected(*course.failure));
    else
        done(course.instead ? *std::move(course.instead) : std::move(exchange->answer->response));
}

void SimNetwork::close(Exchange& exchange) {
    if (std::exchange(exchange.done, nullptr) == nullptr) return;
    --under_way_;
    watch_.over(exchange.asked);
}

}  // namespace agent::sim
