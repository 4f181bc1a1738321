// SPDX-License-Identifier: Apache-2.0
#include "io/provider/curl_multi.h"

#include <poll.h>

#include <new>
#include <utility>

namespace agent {

/// One socket that curl waits for.
class CurlMulti::Socket {
  public:
    Socket(CurlMulti& multi, curl_socket_t fd, int wanted)
        : multi_(multi), event_(multi.loop_.make_event(fd, events(wanted), on_ready, this)) {
        event_add(event_.get(), nullptr);
    }

  private:
    static short events(int wanted) noexcept {
        const int read = (wanted & CURL_POLL_IN) != 0 ? EV_READ : 0;
        const int write = (wanted & CURL_POLL_OUT) != 0 ? EV_WRITE : 0;
        return static_cast<short>(read | write | EV_PERSIST);
    }

    static void on_ready(evutil_socket_t fd, short what, void* self) noexcept {
        const int read = (what & EV_READ) != 0 ? CURL_CSELECT_IN : 0;
        const int write = (what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0;
        static_cast<Socket*>(self)->multi_.act(fd, read | write);  // may destroy this
    }

    CurlMulti& multi_;
    EventPtr event_;
};

CurlMulti::CurlMulti(EventLoop& loop, Finished finished)
    : loop_(loop),
      finished_(std::move(finished)),
      timeout_(loop.make_event(
          -1, 0,
          [](evutil_socket_t, short, void* self) noexcept {
              static_cast<CurlMulti*>(self)->act(CURL_SOCKET_TIMEOUT, 0);
          },
          this)),
      delivery_(loop.make_event(
          -1, 0, [](evutil_socket_t, short, void* self) noexcept { static_cast<CurlMulti*>(self)->deliver(); }, this)),
      multi_(curl_multi_init()) {
    if (multi_ == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &on_socket_wanted);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &on_timeout_wanted);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

CurlMulti::~CurlMulti() {
    multi_.reset();  // calls on_socket_wanted again, so the events must still exist
}

void CurlMulti::add(CURL* easy) {
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) throw std::bad_alloc();
}

void CurlMulti::remove(CURL* easy) noexcept {
    curl_multi_remove_handle(multi_.get(), easy);
    sockets_.erase(easy);
}

bool CurlMulti::has_something_to_read(CURL* easy) const noexcept {
    const auto found = sockets_.find(easy);
    if (found == sockets_.end()) return false;
    pollfd arrived{.fd = found->second, .events = POLLIN, .revents = 0};
    return ::poll(&arrived, 1, 0) == 1;
}

int CurlMulti::on_socket_wanted(CURL* easy, curl_socket_t fd, int what, void* self, void* socket) noexcept {
    auto& multi = *static_cast<CurlMulti*>(self);
    delete static_cast<Socket*>(socket);
    std::unique_ptr<Socket> wanted;
    if (what != CURL_POLL_REMOVE) {
        wanted = std::make_unique<Socket>(multi, fd, what);
        multi.sockets_[easy] = fd;
    } else if (const auto found = multi.sockets_.find(easy); found != multi.sockets_.end() && found->second == fd) {
        multi.sockets_.erase(found);
    }
    // curl stores it and passes it to the next call; null while curl_multi_cleanup runs, which only removes.
    if (multi.multi_ != nullptr) curl_multi_assign(multi.multi_.get(), fd, wanted.release());
    return 0;
}

int CurlMulti::on_timeout_wanted(CURLM*, long milliseconds, void* self) noexcept {
    event* const timeout = static_cast<CurlMulti*>(self)->timeout_.get();
    if (milliseconds < 0) {
        event_del(timeout);
        return 0;
    }
    // Also for 0: curl must not be called from here.
    const timeval delay{milliseconds / 1000, (milliseconds % 1000) * 1000};
    event_add(timeout, &delay);
    return 0;
}

void CurlMulti::act(curl_socket_t fd, int what) noexcept {
    int running = 0;
    curl_multi_socket_action(multi_.get(), fd, what, &running);
    event_active(delivery_.get(), EV_TIMEOUT, 0);
}

void CurlMulti::deliver() noexcept {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
        CURL* const easy = message->easy_handle;
        const CURLcode result = message->data.result;
        remove(easy);  // invalidates `message` too
        finished_(easy, result);
    }
}

}  // namespace agent
