// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>

#include "io/loop/event_loop.h"
#include "io/redirect/browser_connection.h"
#include "io/redirect/connection_owners.h"
#include "ports/redirect_listener.h"

namespace agent {

/// RedirectListener on plain TCP of the loopback addresses, for browsers of the expected users only. Each connection
/// carries one GET and one page, so this does not use evhttp: that has no limit on connections, and freeing it drops
/// the page just sent.
///
/// Lives as long as the loop, to send the last pages of closed listeners.
class LoopbackRedirectListener final : public RedirectListener {
  public:
    explicit LoopbackRedirectListener(EventLoop& loop, BrowserPatience patience = {}) noexcept
        : loop_(loop), patience_(patience), owners_(loop) {}

    [[nodiscard]] Result<std::unique_ptr<RedirectListening>> listen(const Url& redirect_uri, Expects expects,
                                                                    OnVisit on_visit) override;

  private:
    class Listening;
    using Connections = std::list<std::unique_ptr<BrowserConnection>>;

    void accept(int fd, const std::shared_ptr<RedirectSite>& site);
    void take_in(BrowserConnection& connection, std::optional<uid_t> owner, const std::weak_ptr<RedirectSite>& site);
    [[nodiscard]] bool make_room();

    EventLoop& loop_;
    BrowserPatience patience_;
    ConnectionOwners owners_;
    Connections connections_;  // oldest first
};

}  // namespace agent
