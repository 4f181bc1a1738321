// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/text/encoding.h"
#include "core/login/login_attempt.h"
#include "core/login/logins.h"
#include "core/owed.h"

namespace agent {

/// All attempts to log in, and the listeners of their redirect URIs.
class LoginDesk : public Logins {
  public:
    static constexpr std::size_t kOpenAttempts = 16;                    // a person makes one at a time
    static constexpr Duration kAttemptLife = std::chrono::minutes(15);  // time to find the phone for the second factor
    static constexpr Duration kRemembered = std::chrono::hours(1);      // after its end
    static constexpr std::size_t kRememberedAttempts = 256;

    LoginDesk(World world, RedirectListener& listener, const AppRegistry& apps, AccountBook& book);

    [[nodiscard]] Result<LoginState> start(LoginRequest request) override;
    [[nodiscard]] std::vector<LoginState> open_logins() const override;
    [[nodiscard]] Result<LoginState> state(std::string_view id) const override;
    [[nodiscard]] std::unique_ptr<Waiting> await(std::string_view id, Duration patience, Done done) override;
    [[nodiscard]] Result<LoginState> paste(std::string_view id, std::string_view redirected_url) override;
    [[nodiscard]] std::unique_ptr<Waiting> check_app(const std::string& app, Checked done) override;
    void cancel(std::string_view id) override;

  private:
    /// One for each redirect URI, shared by all attempts that need it.
    struct Port {
        std::unique_ptr<RedirectListening> listening;
    };
    struct Entry {
        std::unique_ptr<LoginAttempt> attempt;
        std::shared_ptr<Port> port;    // null in paste mode
        std::unique_ptr<Timer> timer;  // ends the attempt, later forgets it
        std::vector<Owed<Result<LoginState>>> waits;
    };

    [[nodiscard]] AppFinding check_port(const App& app);
    [[nodiscard]] Result<const App*> choose_app(const std::string& name) const;
    [[nodiscard]] Result<std::shared_ptr<Port>> open_port(const std::string& redirect_uri);
    [[nodiscard]] Error why_not_open(const Url& wanted, Error refused) const;
    [[nodiscard]] bool expects(const std::string& redirect_uri, std::uint32_t user) const;
    void on_visit(const std::string& redirect_uri, const BrowserVisit& visit, const RedirectListener::Respond& respond);
    void on_start(const BrowserVisit& visit, const RedirectListener::Respond& respond);
    void on_redirect(const std::string& redirect_uri, const BrowserVisit& visit,
                     const RedirectListener::Respond& respond);
    void ended(const std::string& id);
    void forget_oldest();

    World world_;
    RedirectListener& listener_;
    const AppRegistry& apps_;
    AccountBook& book_;
    std::map<std::string, std::weak_ptr<Port>> ports_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace agent
