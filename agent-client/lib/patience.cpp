// SPDX-License-Identifier: Apache-2.0
#include "lib/patience.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string>

namespace agent {

namespace {

// Rounded up: a wait that ends early would only have to be repeated.
int poll_timeout(std::chrono::steady_clock::duration rest) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(rest).count();
    return static_cast<int>(std::clamp<std::int64_t>(ms, 0, std::numeric_limits<int>::max()));
}

std::string in_words(Duration limit) {
    const auto ms = limit.count();
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

Patience Patience::at_most(Duration limit) noexcept {
    Patience patience;
    patience.deadline_ = Clock::now() + limit;
    patience.limit_ = limit;
    return patience;
}

Patience Patience::unless_readable(int fd) const noexcept {
    Patience patience = *this;
    patience.give_up_fd_ = fd;
    return patience;
}

/// True if `fd` is ready, false once `until` has passed.
Reply<bool> Patience::poll_once(int fd, short events, std::optional<Clock::time_point> until) const {
    std::array<pollfd, 2> watched{{{give_up_fd_, POLLIN, 0}, {fd, events, 0}}};
    while (true) {
        const int timeout = until ? poll_timeout(*until - Clock::now()) : -1;
        const int ready = ::poll(watched.data(), watched.size(), timeout);
        if (ready < 0 && errno != EINTR) return fail_errno("poll", errno);
        if (ready < 0) continue;
        if (watched[0].revents != 0) return fail_with(kInterrupted, "interrupted");
        if (ready > 0) return true;
        if (timeout == 0) return false;
    }
}

Reply<void> Patience::await(int fd, short events) const {
    AGENT_TRY(const bool ready, poll_once(fd, events, deadline_));
    if (ready) return {};
    return fail(Error::Code::kTemporarilyUnavailable, "agent: no answer within " + in_words(limit_));
}

Reply<void> Patience::pause(Duration time) const {
    const Clock::time_point end = Clock::now() + time;
    if (deadline_ && *deadline_ < end) return await(-1, 0);
    AGENT_CHECK(poll_once(-1, 0, end));
    return {};
}

}  // namespace agent
