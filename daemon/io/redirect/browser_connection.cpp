// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/browser_connection.h"

#include <event2/buffer.h>
#include <sys/socket.h>

#include <new>
#include <string_view>
#include <utility>
#include <variant>

#include "io/redirect/browser_page.h"
#include "io/redirect/redirect_request.h"

namespace agent {

namespace {

using namespace std::string_view_literals;

// RFC 8446 section 5.1: the type of a record that begins a handshake, which no HTTP method begins with; section 6: a
// fatal alert, protocol_version.
constexpr char kTlsHandshake = '\x16';
constexpr std::string_view kTlsRefusal = "\x15\x03\x01\x00\x02\x02\x46"sv;

}  // namespace

/// The answer that a connection owes, shared by all copies of its Respond. If the last copy is destroyed unused, this
/// answers.
class BrowserConnection::Owed {
  public:
    explicit Owed(BrowserConnection& connection) noexcept : connection_(&connection) { connection.owed_ = this; }
    ~Owed() {
        respond({.kind = BrowserPage::Kind::kFailed,
                 .account = {},
                 .user = {},
                 .reason = "The agent has cancelled the login."});
    }
    Owed(const Owed&) = delete;
    Owed& operator=(const Owed&) = delete;

    void respond(const BrowserPage& page) {
        if (connection_ != nullptr) connection_->respond(page);
    }
    void forget() noexcept { connection_ = nullptr; }

  private:
    BrowserConnection* connection_;
};

BrowserConnection::BrowserConnection(EventLoop& loop, int fd, FindRedirectSite find_site, BrowserPatience patience,
                                     std::function<void()> closed)
    : find_site_(std::move(find_site)),
      patience_(patience),
      closed_(std::move(closed)),
      deadline_(loop.make_event(
          -1, 0, [](evutil_socket_t, short, void* self) noexcept { static_cast<BrowserConnection*>(self)->close(); },
          this, Priority::kPeer)),
      stream_(bufferevent_socket_new(loop.base(), fd, BEV_OPT_CLOSE_ON_FREE)) {
    if (stream_ == nullptr) throw std::bad_alloc();
    bufferevent_setcb(
        stream_.get(), [](bufferevent*, void* self) noexcept { static_cast<BrowserConnection*>(self)->on_read(); },
        [](bufferevent*, void* self) noexcept { static_cast<BrowserConnection*>(self)->on_written(); },
        [](bufferevent*, short, void* self) noexcept { static_cast<BrowserConnection*>(self)->close(); }, this);
    bufferevent_disable(stream_.get(), EV_READ);
    allow(patience_.head);
}

void BrowserConnection::begin(uid_t user) {
    user_ = user;
    question_.reset();
    bufferevent_enable(stream_.get(), EV_READ);
}

void BrowserConnection::turn_away(std::optional<uid_t> user) {
    question_.reset();
    const std::string why = user ? "The login was begun by another user of this machine than this browser's, user " +
                                       std::to_string(*user) + "."
                                 : "The agent could not tell whose browser this is.";
    answer(browser_refusal(403, why + " Log in with: clioctl login --paste"));
}

BrowserConnection::~BrowserConnection() {
    if (owed_ != nullptr) owed_->forget();
}

bool BrowserConnection::belongs_to(const std::shared_ptr<RedirectSite>& site) const noexcept {
    return !site_.owner_before(site) && !site.owner_before(site_);
}

void BrowserConnection::on_read() {
    evbuffer* const input = bufferevent_get_input(stream_.get());
    const std::size_t size = evbuffer_get_length(input);
    if (answered_) {
        evbuffer_drain(input, size);
        return;
    }
    const std::string_view text(reinterpret_cast<const char*>(evbuffer_pullup(input, -1)), size);
    if (text.starts_with(kTlsHandshake)) {
        bufferevent_disable(stream_.get(), EV_READ);
        on_tls();
    } else if (const auto head_size = end_of_head(text)) {
        bufferevent_disable(stream_.get(), EV_READ);  // on_written() continues
        on_head(text.substr(0, *head_size));
    } else if (size > kLongestRedirectHead) {
        bufferevent_disable(stream_.get(), EV_READ);
        answer(browser_refusal(431));
    }
}

void BrowserConnection::on_head(std::string_view head) {
    const auto site = find_site_(head);  // held: a call may stop listening
    site_ = site;
    RedirectRequest request = site ? read_redirect_request(head, site->redirect_uri) : RedirectRequest(404);
    if (const int* const status = std::get_if<int>(&request)) {
        answer(browser_refusal(*status));
        return;
    }
    auto visit = std::get<BrowserVisit>(std::move(request));
    // The port may have other paths, for others; start links know their user.
    if (visit.kind == BrowserVisit::Kind::kRedirect && !site->expects(*user_)) return turn_away(*user_);
    evtimer_del(deadline_.get());  // from here on the connection waits for the agent
    visit.user = *user_;
    site->on_visit(std::move(visit),
                   [owed = std::make_shared<Owed>(*this)](const BrowserPage& page) { owed->respond(page); });
}

/// The browser was sent to https:// at this port, or made it so by itself.
void BrowserConnection::on_tls() {
    if (const auto site = find_site_({}); site && site->expects(*user_))
        site->on_visit({.kind = BrowserVisit::Kind::kOverTls, .user = *user_, .query = {}}, [](const BrowserPage&) {});
    answer(std::string(kTlsRefusal));
}

void BrowserConnection::respond(const BrowserPage& page) {
    std::exchange(owed_, nullptr)->forget();
    answer(browser_answer(page));
}

void BrowserConnection::answer(const std::string& text) {
    answered_ = true;
    allow(patience_.answer);
    bufferevent_write(stream_.get(), text.data(), text.size());
}

void BrowserConnection::on_written() noexcept {
    // RFC 9112 section 9.6: closing while the peer still sends would reset the connection, and the peer might lose the
    // answer. So close our half, and read until the peer closes its half.
    ::shutdown(bufferevent_getfd(stream_.get()), SHUT_WR);
    evbuffer* const input = bufferevent_get_input(stream_.get());
    evbuffer_drain(input, evbuffer_get_length(input));
    bufferevent_enable(stream_.get(), EV_READ);
    allow(patience_.close);
}

void BrowserConnection::allow(Duration patience) noexcept {
    const timeval delay = to_timeval(patience);
    evtimer_add(deadline_.get(), &delay);
}

void BrowserConnection::close() {
    const auto closed = std::move(closed_);  // outlives this
    closed();
}

}  // namespace agent
