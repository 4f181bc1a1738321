// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/redirect_listener.h"

namespace fakes {

/// Listens on nothing: the test is the browser, and sees the pages it is shown.
class FakeRedirectListener : public agent::RedirectListener {
  public:
    [[nodiscard]] agent::Result<std::unique_ptr<agent::RedirectListening>> listen(const agent::Url& redirect_uri,
                                                                                  OnRedirect on_redirect) override {
        if (refusal_) return tl::unexpected(*refusal_);
        const std::string at = address_of(redirect_uri);
        if (open_.contains(at)) return agent::fail(agent::Error::Code::kConflict, "fake listener: " + at + " is taken");
        ++opened_;
        auto port = std::make_shared<Port>();
        port->on_redirect = std::move(on_redirect);
        open_.emplace(at, port);
        return std::make_unique<Listening>(*this, at);
    }

    void refuse(std::optional<agent::Error> error) { refusal_ = std::move(error); }

    [[nodiscard]] std::size_t opened() const { return opened_; }  // ever
    [[nodiscard]] std::size_t open() const { return open_.size(); }

    /// The browser goes to the redirect URI that is listened on, which must be the only one, with this query.
    void redirect(const std::string& query) { redirect(open_.begin()->first, query); }
    /// To "host:port/path".
    void redirect(const std::string& address, const std::string& query) {
        const auto port = open_.at(address);
        const auto owed = std::make_shared<bool>(true);
        port->owed.push_back(owed);
        port->on_redirect(query, [this, owed](agent::BrowserPage page) {
            if (std::exchange(*owed, false)) pages_.push_back(std::move(page));
        });
    }
    /// What browsers were shown, in order.
    [[nodiscard]] const std::vector<agent::BrowserPage>& pages() const { return pages_; }

  private:
    struct Port {
        OnRedirect on_redirect;
        std::vector<std::shared_ptr<bool>> owed;  // pages
    };
    struct Listening : agent::RedirectListening {
        Listening(FakeRedirectListener& l, std::string a) : listener(l), at(std::move(a)) {}
        ~Listening() override { listener.close(at); }
        Listening(const Listening&) = delete;
        Listening& operator=(const Listening&) = delete;
        FakeRedirectListener& listener;
        std::string at;
    };

    static std::string address_of(const agent::Url& url) {
        return url.host + ":" + std::to_string(url.port) + url.path;
    }

    void close(const std::string& at) {
        const auto closed = open_.extract(at);
        for (const auto& owed : closed.mapped()->owed) {
            if (std::exchange(*owed, false))
                pages_.push_back(
                    {.kind = agent::BrowserPage::Kind::kNotExpected, .account = {}, .user = {}, .reason = {}});
        }
    }

    std::map<std::string, std::shared_ptr<Port>> open_;
    std::vector<agent::BrowserPage> pages_;
    std::optional<agent::Error> refusal_;
    std::size_t opened_ = 0;
};

}  // namespace fakes
