// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/bufferevent.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "io/loop/event_loop.h"
#include "io/redirect/connection_owners.h"
#include "ports/redirect_listener.h"

namespace agent {

/// What a listener waits for: one redirect URI, whose browsers, and what to call.
struct RedirectSite {
    Url redirect_uri;
    RedirectListener::Expects expects;
    RedirectListener::OnVisit on_visit;
};

/// The site that a request is for, by its header; null when nobody listens any more.
using FindRedirectSite = std::function<std::shared_ptr<RedirectSite>(std::string_view head)>;

/// How long each stage of a connection may take in total, however slowly the peer sends. There is no limit while the
/// agent owes the answer.
struct BrowserPatience {
    Duration head = std::chrono::seconds(10);    // for the request to arrive
    Duration answer = std::chrono::seconds(10);  // for the answer to be sent
    Duration close = std::chrono::seconds(2);    // for the peer to close its half
};

/// One connection to the listener: one request, one answer, and the end. Nothing is read before it is known who has
/// connected.
class BrowserConnection {
  public:
    /// Takes ownership of `fd`. `closed` is called once, when the connection is over, and must destroy it.
    BrowserConnection(EventLoop& loop, int fd, FindRedirectSite find_site, BrowserPatience patience,
                      std::function<void()> closed);
    ~BrowserConnection();
    BrowserConnection(const BrowserConnection&) = delete;
    BrowserConnection& operator=(const BrowserConnection&) = delete;

    /// Waits for the answer of `question`; then either begin() or turn_away().
    void identify(std::shared_ptr<ConnectionOwners::Question> question) { question_ = std::move(question); }
    /// The other end is `user`'s: reads the request.
    void begin(uid_t user);
    /// The other end is the user's, who is not expected, or nobody knows whose: says so, without reading anything.
    void turn_away(std::optional<uid_t> user);
    /// Whether its user is known, or it was turned away.
    [[nodiscard]] bool is_identified() const noexcept { return user_.has_value() || answered_; }
    [[nodiscard]] bool was_turned_away() const noexcept { return !user_ && answered_; }
    [[nodiscard]] bool owes_answer() const noexcept { return owed_ != nullptr; }
    [[nodiscard]] bool belongs_to(const std::shared_ptr<RedirectSite>& site) const noexcept;
    /// Sends the pending answer.
    void respond(const BrowserPage& page);

  private:
    class Owed;

    void on_read();
    void on_written() noexcept;
    void on_head(std::string_view head);
    void on_tls();
    void answer(const std::string& text);
    void allow(Duration patience) noexcept;
    void close();

    FindRedirectSite find_site_;
    std::weak_ptr<RedirectSite> site_;  // that the request was for
    BrowserPatience patience_;
    std::function<void()> closed_;
    std::shared_ptr<ConnectionOwners::Question> question_;
    std::optional<uid_t> user_;
    Owed* owed_ = nullptr;
    bool answered_ = false;
    EventPtr deadline_;
    std::unique_ptr<bufferevent, FreeWith<bufferevent_free>> stream_;
};

}  // namespace agent
