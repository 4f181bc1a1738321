// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ports/redirect_listener.h"

namespace fakes {

/// Listens on nothing: the test is the browser, and sees the pages it is shown.
class FakeRedirectListener : public agent::RedirectListener {
  public:
    [[nodiscard]] agent::Result<std::unique_ptr<agent::RedirectListening>> listen(const agent::Url& redirect_uri,
                                                                                  Expects expects,
                                                                                  OnVisit on_visit) override {
        if (refusal_) return tl::unexpected(*refusal_);
        const std::string at = address_of(redirect_uri);
        if (taken_.contains(at) || open_.contains(at) || (one_path_a_port_ && !open_.empty()))
            return agent::fail(agent::Error::Code::kConflict, "fake listener: " + at + " is taken");
        ++opened_;
        auto port = std::make_shared<Port>();
        port->expects = std::move(expects);
        port->on_visit = std::move(on_visit);
        open_.emplace(at, port);
        return std::make_unique<Listening>(*this, at);
    }

    void refuse(std::optional<agent::Error> error) { refusal_ = std::move(error); }

    /// Another program has "host:port/path".
    void take_away(const std::string& at) { taken_.insert(at); }
    /// As for URIs that name the same port in other ways. All are of one port here.
    void allow_one_path_a_port() { one_path_a_port_ = true; }

    [[nodiscard]] std::size_t opened() const { return opened_; }  // ever
    [[nodiscard]] std::size_t open() const { return open_.size(); }

    static constexpr std::uint32_t kUser = 1000;  // whose browser it is unless said otherwise

    /// The browser goes to the redirect URI that is listened on, which must be the only one, with this query.
    void redirect(const std::string& query, std::uint32_t user = kUser) {
        visit(open_.begin()->first, {.kind = agent::BrowserVisit::Kind::kRedirect, .user = user, .query = query});
    }
    /// To "host:port/path".
    void redirect(const std::string& address, const std::string& query) {
        visit(address, {.kind = agent::BrowserVisit::Kind::kRedirect, .user = kUser, .query = query});
    }
    /// By https.
    void knock_with_tls(std::uint32_t user = kUser) {
        visit(open_.begin()->first, {.kind = agent::BrowserVisit::Kind::kOverTls, .user = user, .query = {}});
    }
    /// By a start link.
    void open_link(const std::string& link, std::uint32_t user = kUser) {
        visit(open_.begin()->first,
              {.kind = agent::BrowserVisit::Kind::kStart, .user = user, .query = link.substr(link.find('?') + 1)});
    }
    /// Whether a browser of this user would be taken in.
    [[nodiscard]] bool expects(std::uint32_t user) const { return open_.begin()->second->expects(user); }
    /// What browsers were shown, in order.
    [[nodiscard]] const std::vector<agent::BrowserPage>& pages() const { return pages_; }

  private:
    struct Port {
        Expects expects;
        OnVisit on_visit;
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

    void visit(const std::string& address, agent::BrowserVisit visit) {
        const auto port = open_.at(address);
        const auto owed = std::make_shared<bool>(true);
        port->owed.push_back(owed);
        port->on_visit(std::move(visit), [this, owed](agent::BrowserPage page) {
            if (std::exchange(*owed, false)) pages_.push_back(std::move(page));
        });
    }

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
    std::set<std::string> taken_;
    bool one_path_a_port_ = false;
    std::size_t opened_ = 0;
};

}  // namespace fakes
