// SPDX-License-Identifier: Apache-2.0
#include "io/api/api.h"

#include <utility>

#include "base/log.h"
#include "base/secret/secret_memory.h"
#include "base/text/encoding.h"
#include "io/api/handlers/metrics_text.h"
#include "io/api/routes.h"
#include "io/systemd/log_events.h"
#include "protocol/limits.h"
#include "protocol/names.h"

namespace agent {

namespace {

constexpr std::size_t kMostShown = 128;  // of a path, in a message

Result<std::string> decode_segment(std::string_view segment) {
    if (segment.empty()) return std::string();
    const auto decoded = percent_decode(segment, /*plus_is_space=*/false);
    if (!decoded || !is_valid_name(decoded->reveal())) {
        return fail(Error::Code::kBadRequest,
                    "path: " + std::string(segment.substr(0, kMostShown)) + ": a name has " + std::string(kNameRule));
    }
    return std::string(decoded->reveal());
}

}  // namespace

/// Logs who made a request, how it was answered, and how long that took: those that manage the agent always, all others
/// for somebody who looks for a fault. Never the query, which may have a proof in it.
std::function<void(int)> Api::note_of(const Peer& peer, const Route* route, std::string parameter) const {
    const bool is_noted = route != nullptr && route->is_noted;
    return [peer, route, parameter = std::move(parameter), is_noted, clock = &context_.clock,
            began = context_.clock.boot_now()](int status) {
        const auto taken = std::chrono::floor<std::chrono::milliseconds>(clock->boot_now() - began);
        log(is_noted ? LogLevel::kNotice : LogLevel::kDebug, is_noted ? log_event("managed") : nullptr,
            "request answered",
            {{"uid", std::to_string(peer.uid)},
             {"pid", std::to_string(peer.pid)},
             {"method", std::string(route == nullptr ? "any" : to_string(route->method))},
             {"route", std::string(route == nullptr ? "none" : route->pattern)},
             {"of", parameter},
             {"status", std::to_string(status)},
             {"ms", std::to_string(taken.count())}});
    };
}

/// A wait for something in the parts, which lock() can end.
class Api::PartsWait final : public Waiting {
  public:
    PartsWait(Api& api, std::unique_ptr<Waiting> wait)
        : api_(api), at_(api.waits_.insert(api.waits_.end(), this)), wait_(std::move(wait)) {}
    PartsWait(const PartsWait&) = delete;
    PartsWait& operator=(const PartsWait&) = delete;
    ~PartsWait() override {
        if (wait_ != nullptr) api_.waits_.erase(at_);
    }
    /// Destroying the wait destroys the reply, which answers.
    void end() {
        api_.waits_.erase(at_);
        wait_.reset();
    }

  private:
    Api& api_;
    std::list<PartsWait*>::iterator at_;
    std::unique_ptr<Waiting> wait_;
};

Api::Api(ApiContext context)
    : context_(std::move(context)),
      started_(context_.clock.boot_now()),
      proofs_(context_.clock),
      forbidden_(context_.clock),
      events_(context_.events) {
    for (std::size_t i = 0; i <= routes().size(); ++i) answers_.push_back(std::make_shared<StatusCounts>());
}

void Api::unlock(ApiParts parts) {
    parts_.emplace(parts);
}

void Api::lock() {
    parts_.reset();
    const Error otherwise = std::exchange(*why_dropped_, agent_is_locked());
    while (!waits_.empty()) waits_.front()->end();
    *why_dropped_ = otherwise;
}

void Api::log_forbidden(const ApiRequest& request, const Route& route) {
    const auto left_out = forbidden_.next(request.peer.uid);
    if (!left_out) return;
    log(LogLevel::kNotice, log_event("forbidden"), "request forbidden",
        {{"uid", std::to_string(request.peer.uid)},
         {"pid", std::to_string(request.peer.pid)},
         {"method", std::string(to_string(route.method))},
         {"route", std::string(route.pattern)},
         {"left_out", std::to_string(*left_out)}});
}

std::unique_ptr<Waiting> Api::handle(const ApiRequest& request, ApiReply reply) {
    auto handled = dispatch(request, reply);
    if (handled) return *std::move(handled);
    reply.problem(handled.error());
    return nullptr;
}

Result<std::unique_ptr<Waiting>> Api::dispatch(const ApiRequest& request, ApiReply& reply) {
    RouteMatch match = find_route(request.method, request.path);
    if (match.route == nullptr) {
        reply.count_in(answers_.back());
        if (is_logged(LogLevel::kDebug))
            reply.on_answered(note_of(request.peer, nullptr, request.path.substr(0, kMostShown)));
        if (match.allow.empty()) {
            return fail(Error::Code::kNotFound, "no such path: " + request.path.substr(0, kMostShown));
        }
        reply.method_not_allowed(std::move(match.allow));
        return nullptr;
    }
    const Route& route = *match.route;
    reply.count_in(answers_[static_cast<std::size_t>(&route - routes().data())]);

    if (!route.is_noted && is_logged(LogLevel::kDebug))
        reply.on_answered(note_of(request.peer, &route, std::string(match.segment.substr(0, kMostShown))));

    const uid_t uid = request.peer.uid;
    if (route.access == Access::kManage && !is_manager(uid, context_.own_uid)) {
        log_forbidden(request, route);
        return fail(Error::Code::kForbidden, "only root and the user that the daemon runs as may do this (uid " +
                                                 std::to_string(context_.own_uid) + ", you are " + std::to_string(uid) +
                                                 ")");
    }
    if (route.access == Access::kUse && request.body.size() > limits::kUserBodyBytes)
        return fail(Error::Code::kBadRequest,
                    "the body is too long: at most " + std::to_string(limits::kUserBodyBytes) + " bytes here");
    AGENT_CHECK(context_.room_for(uid));
    AGENT_TRY(std::string parameter, decode_segment(match.segment));
    if (route.is_noted) reply.on_answered(note_of(request.peer, &route, parameter));
    const ApiCall call{.request = request, .parameter = std::move(parameter)};
    if (!route.needs_parts) return route.handler(*this, call, reply);

    if (!parts_) return tl::unexpected(agent_is_locked());
    last_used_ = context_.clock.boot_now();
    reply.if_dropped(why_dropped_);
    AGENT_TRY(auto wait, route.handler(*this, call, reply));
    if (wait == nullptr) return nullptr;
    return std::make_unique<PartsWait>(*this, std::move(wait));
}

std::string Api::metrics() const {
    MetricsText out;
    out.gauge("clio_agent_build_info", "The running version.").sample({{"version", context_.version}}, 1);
    out.gauge("clio_agent_uptime_seconds", "Time since the agent started.")
        .sample({}, std::chrono::floor<std::chrono::seconds>(uptime()).count());
    out.gauge("clio_agent_connections", "Connected peers.")
        .sample({}, static_cast<std::int64_t>(context_.connections()));
    out.gauge("clio_agent_event_streams", "Callers reading events.")
        .sample({}, static_cast<std::int64_t>(event_streams_.in_all()));
    const SecretMemory memory = secret_memory();
    out.gauge("clio_agent_secret_memory_bytes", "Locked memory that secrets in use take.")
        .sample({}, static_cast<std::int64_t>(memory.used));
    out.counter("clio_agent_unlocked_secrets_total", "Secrets that found no room in locked memory.")
        .sample({}, static_cast<std::int64_t>(memory.overflows));
    out.gauge("clio_agent_locked", "1 while the agent is locked.").sample({}, parts_ ? 0 : 1);
    if (parts_) write_account_metrics(out, parts_->accounts);

    out.counter("clio_agent_events_total", "Events of accounts.");
    for (const auto& [word, kind] : kEventKinds)
        out.sample({{"event", word}}, static_cast<std::int64_t>(events_.of(kind)));
    out.counter("clio_agent_requests_total", "Answered requests of the local protocol.");
    for (std::size_t i = 0; i < answers_.size(); ++i) {
        const bool routed = i < routes().size();
        const std::string_view pattern = routed ? routes()[i].pattern : "none";
        const std::string_view method = routed ? to_string(routes()[i].method) : "any";
        for (const auto& [status, count] : *answers_[i]) {
            out.sample({{"route", pattern}, {"method", method}, {"code", std::to_string(status)}},
                       static_cast<std::int64_t>(count));
        }
    }
    return out.take();
}

}  // namespace agent
