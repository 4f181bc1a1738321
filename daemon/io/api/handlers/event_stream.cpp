// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/query.h"
#include "protocol/limits.h"

namespace agent {

namespace {

constexpr std::int64_t kLatestSince = 253'402'300'799;  // the end of the year 9999

/// One reader of GET /v1/events. Lives until the reader disconnects or the server stops.
class EventStream final : public Waiting {
  public:
    /// With `since`, begins with the events that happened then or later and are kept.
    EventStream(Events& events, std::optional<WallTime> since, FairShare& open, uid_t user, ApiStream stream)
        : open_(open),
          user_(user),
          stream_(std::move(stream)),
          subscription_(events, [this](const Event& event) { send(event); }) {
        open_.take(user_);
        if (since) events.replay(*since, [this](const Event& event) { send(event); });
    }
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;
    ~EventStream() override { open_.give_back(user_); }

  private:
    void send(const Event& event) {
        JsonWriter out(Content::kPublic);
        out.begin_object();
        out.member("at", unix_seconds(event.at))
            .member("event", word_of(kEventKinds, event.kind))
            .member("account", event.account);
        out.member("generation", event.generation).member("detail", event.detail);
        out.end_object();
        stream_.write(std::string(out.view()) + '\n');
    }

    FairShare& open_;
    const uid_t user_;
    ApiStream stream_;
    Events::Subscription subscription_;
};

}  // namespace

Handled get_events(Api& api, const ApiCall& call, ApiReply& reply) {
    constexpr std::int64_t kNever = -1;
    AGENT_TRY(const Query query, Query::parse(call.request.query, {"since"}));
    AGENT_TRY(const std::int64_t seconds, query.integer("since", kNever, 0, kLatestSince));
    const auto since = seconds == kNever ? std::optional<WallTime>() : WallTime(std::chrono::seconds(seconds));
    const uid_t user = call.request.peer.uid;
    FairShare& open = api.event_streams();
    if (!open.has_room_for(user)) {
        return fail(Error::Code::kTemporarilyUnavailable, "events: " + std::to_string(open.of(user)) +
                                                              " callers of this user already read them, and " +
                                                              std::to_string(open.in_all()) + " in all");
    }
    return std::make_unique<EventStream>(api.context().events, since, open, user, reply.stream("application/jsonl"));
}

}  // namespace agent
