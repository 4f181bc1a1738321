// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/text/encoding.h"
#include "core/login/login_attempt.h"
#include "core/login/logins.h"
#include "core/login/redirect_ports.h"
#include "core/owed.h"

namespace agent {

/// All attempts to log in, and the listeners of their redirect URIs.
class LoginDesk : public Logins {
  public:
    static constexpr std::size_t kOpenAttempts = 16;                    // a person makes one at a time
    static constexpr Duration kAttemptLife = std::chrono::minutes(15);  // time to find the phone for the second factor
    /// For which the page of a login is there for a browser that asks again, and its port is taken.
    static constexpr Duration kPageLife = std::chrono::minutes(5);
    static constexpr Duration kRemembered = std::chrono::hours(1);  // after its end
    static constexpr std::size_t kRememberedAttempts = 256;

    LoginDesk(World world, RedirectListener& listener, const AppRegistry& apps, AccountBook& book);

    [[nodiscard]] Result<LoginState> start(LoginRequest request) override;
    [[nodiscard]] std::vector<LoginState> open_logins() const override;
    [[nodiscard]] Result<LoginState> state(std::string_view id) const override;
    [[nodiscard]] std::unique_ptr<Waiting> await(std::string_view id, Duration patience, Done done) override;
    [[nodiscard]] Result<LoginState> paste(std::string_view id, std::string_view redirected_url) override;
    [[nodiscard]] Result<LoginState> accept_unknown_user(std::string_view id) override;
    [[nodiscard]] std::unique_ptr<Waiting> check_app(const std::string& app, Checked done) override;
    void cancel(std::string_view id) override;

    /// Calls `over` when no grant is at stake any more: no code is being exchanged, and tokens that are there are
    /// stored, without asking whose they are. Never before it returns.
    void wind_down(std::function<void()> over);
    /// `over` is then never called.
    void resume();
    [[nodiscard]] bool has_grants_at_stake() const;
    /// Whether the store refuses some.
    [[nodiscard]] bool has_unsaved_tokens() const;

  private:
    struct Entry {
        std::unique_ptr<LoginAttempt> attempt;
        std::shared_ptr<RedirectPort> port;
        std::unique_ptr<Waiting> caller_ends;
        std::unique_ptr<Timer> timer;  // ends the attempt, later closes its port, then forgets it
        int notes = 0;                 // of what came and could not be taken
        std::vector<Owed<Result<LoginState>>> waits;
    };

    /// kNotFound as state().
    [[nodiscard]] Result<LoginAttempt*> find(std::string_view id) const;

    [[nodiscard]] AppFinding check_port(const App& app);
    [[nodiscard]] Result<const App*> choose_app(const std::string& name) const;
    [[nodiscard]] Error why_not_open(const Url& wanted, Error refused) const;
    void close_ports_of_ended();
    [[nodiscard]] bool expects(const std::string& redirect_uri, std::uint32_t user) const;
    void on_visit(const std::string& redirect_uri, const BrowserVisit& visit, const RedirectListener::Respond& respond);
    void on_start(const BrowserVisit& visit, const RedirectListener::Respond& respond);
    void on_redirect(const std::string& redirect_uri, const BrowserVisit& visit,
                     const RedirectListener::Respond& respond);
    void on_stray(const std::string& redirect_uri, const BrowserVisit& visit, const RedirectListener::Respond& respond,
                  const std::string& what);
    void on_tls(const std::string& redirect_uri, std::uint32_t user);
    void note(const std::string& id, const std::string& what);
    void changed(const std::string& id);
    void caller_ended(const std::string& id);
    void close_port(const std::string& id);
    void look_for_end();
    void forget_oldest();

    World world_;
    const AppRegistry& apps_;
    AccountBook& book_;
    RedirectPorts ports_;
    std::map<std::string, Entry, std::less<>> entries_;
    std::function<void()> over_;  // of winding down
    std::unique_ptr<Timer> over_timer_;
};

}  // namespace agent
