// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <functional>
#include <map>
#include <memory>

#include "io/loop/event_loop.h"

namespace agent {

using CurlEasyPtr = std::unique_ptr<CURL, FreeWith<curl_easy_cleanup>>;

/// Runs libcurl transfers on the loop: the glue between curl's multi_socket interface and libevent.
class CurlMulti {
  public:
    /// Called when a transfer has ended and was removed. Called from a separate event, never from within curl, so that
    /// it may add and remove any transfer.
    using Finished = std::function<void(CURL* easy, CURLcode result)>;

    CurlMulti(EventLoop& loop, Finished finished);
    ~CurlMulti();
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;

    /// Starts the transfer; it finishes only after this returns.
    void add(CURL* easy);
    /// Cancels the transfer.
    void remove(CURL* easy) noexcept;
    /// Whether the kernel has something for the transfer that curl has not read yet.
    [[nodiscard]] bool has_something_to_read(CURL* easy) const noexcept;

  private:
    class Socket;

    static int on_socket_wanted(CURL* easy, curl_socket_t fd, int what, void* self, void* socket) noexcept;
    static int on_timeout_wanted(CURLM* multi, long milliseconds, void* self) noexcept;
    void act(curl_socket_t fd, int what) noexcept;
    void deliver() noexcept;

    EventLoop& loop_;
    Finished finished_;
    EventPtr timeout_;
    EventPtr delivery_;
    std::map<CURL*, curl_socket_t> sockets_;  // the one that each transfer waits for
    std::unique_ptr<CURLM, FreeWith<curl_multi_cleanup>> multi_;
};

}  // namespace agent
