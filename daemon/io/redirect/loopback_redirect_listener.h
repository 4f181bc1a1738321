// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "io/loop/event_loop.h"
#include "io/redirect/browser_connection.h"
#include "io/redirect/connection_owners.h"
#include "ports/redirect_listener.h"

namespace agent {

/// RedirectListener on plain TCP of the loopback addresses, for browsers of the expected users only. Each connection
/// carries one GET and one page, so this does not use evhttp: that has no limit on connections, and freeing it drops
/// the page just sent.
///
/// Redirect URIs of one host and port that differ in their paths share the port.
///
/// Lives as long as the loop, to send the last pages of closed listeners.
class LoopbackRedirectListener final : public RedirectListener {
  public:
    explicit LoopbackRedirectListener(EventLoop& loop, BrowserPatience patience = {}) noexcept
        : loop_(loop), patience_(patience), owners_(loop) {}

    [[nodiscard]] Result<std::unique_ptr<RedirectListening>> listen(const Url& redirect_uri, Expects expects,
                                                                    OnVisit on_visit) override;

  private:
    class Place;
    class Listening;
    using Connections = std::list<std::unique_ptr<BrowserConnection>>;

    [[nodiscard]] Result<std::shared_ptr<Place>> place_of(const Url& redirect_uri);
    void accept(int fd, FindRedirectSite find_site, Expects expects);
    static void take_in(BrowserConnection& connection, std::optional<uid_t> owner, const Expects& expects);
    [[nodiscard]] bool make_room();

    EventLoop& loop_;
    BrowserPatience patience_;
    ConnectionOwners owners_;
    std::map<std::string, std::weak_ptr<Place>> places_;  // by host and port
    Connections connections_;                             // oldest first
};

}  // namespace agent
