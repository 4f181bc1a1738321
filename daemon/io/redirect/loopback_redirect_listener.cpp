// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/loopback_redirect_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/fd.h"
#include "io/redirect/port_owner.h"
#include "io/redirect/redirect_request.h"
#include "io/server/accept_pause.h"

namespace agent {

namespace {

// A browser opens several at once, and never uses some of them.
constexpr std::size_t kMostConnections = 32;
constexpr int kBrowserBacklog = 1024;  // unused connections must not fill it

struct Address {
    int family;
    socklen_t size;
    sockaddr_storage storage;
};

Address address_of(const std::string& host, int port) {
    Address address{AF_INET, sizeof(sockaddr_in), {}};
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(static_cast<in_port_t>(port));
        return address;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<in_port_t>(port));
    address.family = AF_INET6;
    address.size = sizeof(sockaddr_in6);
    return address;
}

/// A listening socket; if it fails, an invalid one with errno set.
Fd listen_on(const std::string& host, int port) {
    const Address address = address_of(host, port);
    Fd fd(::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    // Connections of the last login may still be in TIME_WAIT. This does not share a live listener.
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.family == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    const auto* const name = reinterpret_cast<const sockaddr*>(&address.storage);
    if (fd && ::bind(fd.get(), name, address.size) == 0 && ::listen(fd.get(), kBrowserBacklog) == 0) return fd;
    return {};
}

tl::unexpected<Error> refusal(const std::string& host, int port, int reason) {
    const bool is_v6 = host.find(':') != std::string::npos;
    const std::string place = "redirect listener: " + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    if (reason != EADDRINUSE) return fail(Error::Code::kInternal, place + ": " + std::strerror(reason));
    return fail(Error::Code::kConflict, place + ": the port is taken by " + describe_port_owner(host, port));
}

/// localhost may be either address, and a browser may use either one (RFC 8252 section 8.3).
std::vector<std::string> addresses_of(const std::string& host) {
    if (host == "localhost") return {"127.0.0.1", "::1"};
    return {host};
}

Result<std::vector<Fd>> listen_everywhere(const Url& redirect_uri) {
    std::vector<Fd> sockets;
    for (const std::string& host : addresses_of(redirect_uri.host)) {
        Fd socket = listen_on(host, redirect_uri.port);
        const int reason = errno;
        if (socket) {
            sockets.push_back(std::move(socket));
        } else if (sockets.empty() || (reason != EADDRNOTAVAIL && reason != EAFNOSUPPORT)) {
            return refusal(host, redirect_uri.port, reason);
        }  // else: localhost on a machine without IPv6
    }
    return sockets;
}

}  // namespace

/// The sockets of one host and port, and the sites there.
class LoopbackRedirectListener::Place {
  public:
    Place(LoopbackRedirectListener& owner, std::vector<Fd> sockets)
        : owner_(owner),
          sites_(std::make_shared<Sites>()),
          pause_(owner.loop_.make_event(
              -1, 0, [](evutil_socket_t, short, void* self) noexcept { static_cast<Place*>(self)->go_on(); }, this,
              Priority::kPeer)) {
        for (Fd& socket : sockets) {
            listeners_.emplace_back(evconnlistener_new(owner.loop_.base(), on_accepted, this,
                                                       LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                                       /*backlog=*/0, socket.get()));
            if (listeners_.back() == nullptr) throw std::bad_alloc();
            static_cast<void>(socket.release());
            evconnlistener_set_error_cb(listeners_.back().get(), [](evconnlistener*, void* self) noexcept {
                static_cast<Place*>(self)->pause();
            });
        }
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] bool has_path(std::string_view path) const {
        return std::any_of(sites_->begin(), sites_->end(),
                           [&](const auto& site) { return site->redirect_uri.path == path; });
    }
    void add(std::shared_ptr<RedirectSite> site) { sites_->push_back(std::move(site)); }
    void remove(const std::shared_ptr<RedirectSite>& site) { std::erase(*sites_, site); }

  private:
    using Sites = std::vector<std::shared_ptr<RedirectSite>>;

    /// The one whose path is asked for, otherwise any: it refuses the request as it deserves.
    static std::shared_ptr<RedirectSite> find(const Sites& sites, std::string_view head) {
        if (sites.empty()) return nullptr;
        const auto wanted = [&](const auto& site) {
            const RedirectRequest request = read_redirect_request(head, site->redirect_uri);
            const int* const refusal = std::get_if<int>(&request);
            return refusal == nullptr || *refusal != 404;
        };
        const auto found = std::find_if(sites.begin(), sites.end(), wanted);
        return found == sites.end() ? sites.front() : *found;
    }

    static void on_accepted(evconnlistener*, evutil_socket_t fd, sockaddr*, int, void* self) noexcept {
        auto& place = *static_cast<Place*>(self);
        const std::weak_ptr known(place.sites_);
        place.owner_.accept(
            fd,
            [known](std::string_view head) {
                const auto sites = known.lock();
                return sites == nullptr ? nullptr : find(*sites, head);
            },
            [known](std::uint32_t user) {
                const auto sites = known.lock();  // a place that is closed has a page for everybody
                return sites == nullptr || sites->empty() ||
                       std::any_of(sites->begin(), sites->end(), [&](const auto& site) { return site->expects(user); });
            });
        if (!place.owner_.make_room()) place.pause();
    }

    void pause() noexcept {
        for (const ListenerPtr& listener : listeners_) evconnlistener_disable(listener.get());
        const timeval delay = to_timeval(kAcceptPause);
        evtimer_add(pause_.get(), &delay);
    }
    void go_on() noexcept {
        if (!owner_.make_room()) return pause();
        for (const ListenerPtr& listener : listeners_) evconnlistener_enable(listener.get());
    }

    LoopbackRedirectListener& owner_;
    std::shared_ptr<Sites> sites_;
    std::vector<ListenerPtr> listeners_;
    EventPtr pause_;
};

class LoopbackRedirectListener::Listening final : public RedirectListening {
  public:
    Listening(LoopbackRedirectListener& owner, std::shared_ptr<Place> place, RedirectSite site)
        : owner_(owner), place_(std::move(place)), site_(std::make_shared<RedirectSite>(std::move(site))) {
        place_->add(site_);
    }
    ~Listening() override {
        place_->remove(site_);
        for (const auto& connection : owner_.connections_) {
            if (connection->owes_answer() && connection->belongs_to(site_)) {
                connection->respond({.kind = BrowserPage::Kind::kNotExpected, .account = {}, .user = {}, .reason = {}});
            }
        }
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

  private:
    LoopbackRedirectListener& owner_;
    std::shared_ptr<Place> place_;
    std::shared_ptr<RedirectSite> site_;
};

Result<std::shared_ptr<LoopbackRedirectListener::Place>> LoopbackRedirectListener::place_of(const Url& redirect_uri) {
    std::weak_ptr<Place>& known = places_[redirect_uri.host + ' ' + std::to_string(redirect_uri.port)];
    if (auto present = known.lock(); present && !present->has_path(redirect_uri.path)) return present;
    AGENT_TRY(std::vector<Fd> sockets, listen_everywhere(redirect_uri));
    auto place = std::make_shared<Place>(*this, std::move(sockets));
    known = place;
    return place;
}

Result<std::unique_ptr<RedirectListening>> LoopbackRedirectListener::listen(const Url& redirect_uri, Expects expects,
                                                                            OnVisit on_visit) {
    if (redirect_uri.scheme != "http" || !redirect_uri.is_loopback()) {
        return fail(Error::Code::kBadRequest,
                    "redirect listener: " + redirect_uri.host + ": not http on a loopback address");
    }
    AGENT_TRY(auto place, place_of(redirect_uri));
    return std::make_unique<Listening>(*this, std::move(place),
                                       RedirectSite{redirect_uri, std::move(expects), std::move(on_visit)});
}

void LoopbackRedirectListener::accept(int fd, FindRedirectSite find_site, Expects expects) {
    Fd accepted(fd);
    const auto at = connections_.insert(connections_.end(), nullptr);
    *at = std::make_unique<BrowserConnection>(loop_, accepted.release(), std::move(find_site), patience_,
                                              [this, at] { connections_.erase(at); });
    auto question = owners_.ask(
        fd, [at, expects = std::move(expects)](std::optional<uid_t> owner) { take_in(**at, owner, expects); });
    if (question)
        (*at)->identify(std::move(question));
    else
        (*at)->turn_away(std::nullopt);
}

void LoopbackRedirectListener::take_in(BrowserConnection& connection, std::optional<uid_t> owner,
                                       const Expects& expects) {
    if (owner && expects(*owner))
        connection.begin(*owner);
    else
        connection.turn_away(owner);
}

/// Whether there is room for one more connection. For it gives way one that was turned away. Once it is known of all
/// whose they are, and all are of users whose browsers are expected, the oldest does that is not owed a page: others
/// keep nobody out.
bool LoopbackRedirectListener::make_room() {
    if (connections_.size() < kMostConnections) return true;
    const auto give_way = [&](const auto& may_go) {
        const auto victim = std::find_if(connections_.begin(), connections_.end(), may_go);
        if (victim == connections_.end()) return false;
        connections_.erase(victim);
        return true;
    };
    if (give_way([](const auto& connection) { return connection->was_turned_away(); })) return true;
    const bool all_known = std::all_of(connections_.begin(), connections_.end(),
                                       [](const auto& connection) { return connection->is_identified(); });
    return all_known && give_way([](const auto& connection) { return !connection->owes_answer(); });
}

}  // namespace agent
