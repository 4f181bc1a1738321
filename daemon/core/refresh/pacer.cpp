// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/pacer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace agent {

struct Pacer::Lane {
    const Clock& clock;
    Timers& timers;
    Limits limits;
    std::array<std::list<Ticket*>, 4> queues;  // one for each Priority
    unsigned under_way = 0;
    BootTime next_at;     // when the bucket has a turn again
    BootTime request_at;  // when the next request may leave
    BootTime held_until;  // in the past when it is not held
    std::string held_because;
    std::unique_ptr<Timer> timer;
    BootTime timer_at;

    [[nodiscard]] Duration interval() const { return Duration(std::llround(std::ceil(1000.0 / limits.per_second))); }
    [[nodiscard]] std::size_t queued() const {
        return std::accumulate(queues.begin(), queues.end(), std::size_t{0},
                               [](std::size_t sum, const auto& queue) { return sum + queue.size(); });
    }
    [[nodiscard]] bool may_begin() const { return queued() > 0 && under_way < limits.max_parallel; }
    /// When the next one may begin.
    [[nodiscard]] BootTime turn_at() const { return is_urgent() ? next_at : std::max(next_at, held_until); }
    [[nodiscard]] bool is_urgent() const { return !queues.back().empty(); }
    std::list<Ticket*>& queue_of(Priority priority) { return queues.at(static_cast<std::size_t>(priority)); }
};

Pacer::Turn& Pacer::Turn::operator=(Turn&& other) noexcept {
    release();
    lane_ = std::move(other.lane_);
    return *this;
}

void Pacer::Turn::release() noexcept {
    const auto lane = std::exchange(lane_, nullptr);
    if (!lane) return;
    --lane->under_way;
    arm(lane);
}

Duration Pacer::Turn::begin_request() {
    const BootTime now = lane_->clock.boot_now();
    if (now < lane_->request_at) return lane_->request_at - now;
    lane_->request_at = now + lane_->interval();
    return Duration::zero();
}

Pacer::Ticket::Ticket(std::shared_ptr<Lane> lane, Priority priority, std::function<void(Turn)> begin)
    : lane_(std::move(lane)), priority_(priority), begin_(std::move(begin)) {
    auto& queue = lane_->queue_of(priority_);
    at_ = queue.insert(queue.end(), this);
}

Pacer::Ticket::~Ticket() {
    leave();
}

void Pacer::Ticket::leave() noexcept {
    if (std::exchange(queued_, false)) lane_->queue_of(priority_).erase(at_);
}

void Pacer::Ticket::promote(Priority priority) {
    const bool is_over = priority_ == Priority::kExpiring;  // perhaps
    if (!queued_ || priority_ == priority || (priority_ > priority && !is_over)) return;
    auto& other = lane_->queue_of(priority);
    other.splice(other.end(), lane_->queue_of(priority_), at_);
    priority_ = priority;
    arm(lane_);
}

const std::shared_ptr<Pacer::Lane>& Pacer::lane_named(const std::string& name) {
    auto& lane = lanes_[name];
    if (!lane)
        lane = std::make_shared<Lane>(Lane{.clock = clock_,
                                           .timers = timers_,
                                           .limits = limits_,
                                           .queues = {},
                                           .under_way = 0,
                                           .next_at = {},
                                           .request_at = {},
                                           .held_until = {},
                                           .held_because = {},
                                           .timer = {},
                                           .timer_at = {}});
    return lane;
}

void Pacer::set_limits(Limits limits) {
    limits_ = limits;
    for (const auto& [name, lane] : lanes_) {
        lane->limits = limits;
        arm(lane);
    }
}

void Pacer::hold(const std::string& lane_name, Duration duration, std::string reason) {
    const auto& lane = lane_named(lane_name);
    const BootTime until = clock_.boot_now() + duration;
    if (until <= lane->held_until) return;
    lane->held_until = until;
    lane->held_because = std::move(reason);
}

void Pacer::resume(const std::string& lane_name) {
    const auto& lane = lane_named(lane_name);
    lane->held_until = {};
    lane->timer.reset();
    arm(lane);
}

Duration Pacer::held_for(const std::string& lane_name) const {
    const auto found = lanes_.find(lane_name);
    if (found == lanes_.end()) return Duration::zero();
    return std::max(found->second->held_until - clock_.boot_now(), Duration::zero());
}

std::string Pacer::held_because(const std::string& lane_name) const {
    return held_for(lane_name) > Duration::zero() ? lanes_.find(lane_name)->second->held_because : std::string();
}

std::unique_ptr<Pacer::Ticket> Pacer::queue(const std::string& lane_name, Priority priority,
                                            std::function<void(Turn)> begin) {
    const auto& lane = lane_named(lane_name);
    auto ticket = std::make_unique<Ticket>(lane, priority, std::move(begin));
    arm(lane);
    return ticket;
}

std::size_t Pacer::queued() const {
    std::size_t sum = 0;
    for (const auto& [name, lane] : lanes_) sum += lane->queued();
    return sum;
}

void Pacer::arm(const std::shared_ptr<Lane>& lane) {
    if (!lane->may_begin()) return;
    const BootTime at = lane->turn_at();
    if (lane->timer && lane->timer_at <= at) return;
    lane->timer_at = at;
    const Duration wait = std::max(at - lane->clock.boot_now(), Duration::zero());
    lane->timer = lane->timers.after(wait, [weak = std::weak_ptr(lane)] {
        if (const auto strong = weak.lock()) pump(strong);
    });
}

void Pacer::pump(const std::shared_ptr<Lane>& lane) {
    lane->timer.reset();
    if (!lane->may_begin()) return;
    if (lane->clock.boot_now() < lane->turn_at()) return arm(lane);  // held since the timer was set

    const auto queue = std::find_if(lane->queues.rbegin(), lane->queues.rend(),
                                    [](const std::list<Ticket*>& waiting) { return !waiting.empty(); });
    Ticket* ticket = queue->front();
    ticket->leave();
    const auto begin = std::move(ticket->begin_);
    ++lane->under_way;
    lane->next_at = lane->clock.boot_now() + lane->interval();
    begin(Turn(lane));  // may destroy the ticket, and queue others
    arm(lane);
}

}  // namespace agent
