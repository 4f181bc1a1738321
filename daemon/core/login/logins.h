// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret/secret.h"
#include "base/time.h"
#include "core/accounts/accounts.h"
#include "core/login/app_check.h"
#include "core/waiting.h"

namespace agent {

struct LoginRequest {
    std::string app;      // may be empty when there is only one
    std::string account;  // the name for the grant
    /// Accept the grant even if it may belong to a different Clio user than the account's current one.
    bool replace_user = false;
    /// Keep the grant for the account's present user even if Clio does not say whose it is.
    bool accept_unknown_user = false;
    std::uint32_t user = 0;  // the local user whose browser is to be used
    /// Calls `ended` once the program that asked has ended; it is called at most once, and the wait for it returned.
    /// Null: the login lives on without it.
    std::function<std::unique_ptr<Waiting>(std::function<void()> ended)> when_caller_ends = nullptr;
};

/// One attempt to log in (an "authorization" of the local protocol).
struct LoginState {
    enum class Status { kPending, kDone, kFailed };

    std::string id;
    std::string account;
    std::uint32_t user = 0;    // whose browser is expected
    std::string redirect_uri;  // that the browser comes back to
    std::string authorization_url;
    /// Leads a browser of `LoginRequest::user` to authorization_url, once. Unlike that, it may be seen by other users.
    /// Empty if the redirect URI is not on this machine.
    std::string start_url;
    WallTime expires_at;
    Status status = Status::kPending;
    /// With kFailed: an OAuth error as sent by the server ("access_denied"), or one of the agent's own:
    /// "expired", "user_mismatch", "user_unknown", "app_changed", "exchange_failed", "store_failed", "cancelled". With
    /// kPending: "user_unknown" while it waits for accept_unknown_user(), else empty.
    std::string error;
    /// For a person: what happened and what to do next. Also while it is open or when it is done, if there is something
    /// to say; else empty then.
    std::string detail;
};

/// Logging in by the authorization code grant (RFC 6749 section 4.1, RFC 7636, RFC 8252). Everything that the local
/// protocol needs of logins; implemented by LoginDesk, faked in tests of the protocol.
class Logins {
  public:
    using Done = std::function<void(Result<LoginState>)>;

    virtual ~Logins() = default;

    /// Opens an attempt and the listener of its redirect URI. Fails with kBadRequest for an invalid account name or if
    /// the app must be named, kNotFound for an unknown app, kConflict if the port of the redirect URI is taken,
    /// kTemporarilyUnavailable if too many attempts are open.
    [[nodiscard]] virtual Result<LoginState> start(LoginRequest request) = 0;

    /// Those that are open, the oldest first.
    [[nodiscard]] virtual std::vector<LoginState> open_logins() const = 0;

    /// kNotFound for an id that never existed, or was forgotten (an hour after its end).
    [[nodiscard]] virtual Result<LoginState> state(std::string_view id) const = 0;

    /// Calls `done` with the state when the attempt has ended, its detail has changed, or `patience` has passed; but
    /// only after it returns.
    [[nodiscard]] virtual std::unique_ptr<Waiting> await(std::string_view id, Duration patience, Done done) = 0;

    /// Accepts what the user copied from the browser: the URL they were redirected to, or the bare code. Fails with
    /// kBadRequest if it is neither or its `state` is not that of this attempt, which then stays open. On success the
    /// exchange has started.
    [[nodiscard]] virtual Result<LoginState> paste(std::string_view id, std::string_view redirected_url) = 0;

    /// A person says that the grant belongs to the user of its account, although Clio does not say whose it is. Fails
    /// with kNotFound as state(), with kConflict when the attempt is over.
    [[nodiscard]] virtual Result<LoginState> accept_unknown_user(std::string_view id) = 0;

    /// Looks, without a person, for what a login through `app` would meet. Fails with kNotFound for an unknown app.
    using Checked = std::function<void(Result<std::vector<AppFinding>>)>;
    [[nodiscard]] virtual std::unique_ptr<Waiting> check_app(const std::string& app, Checked done) = 0;

    /// Cancels the attempt.
    virtual void cancel(std::string_view id) = 0;
};

}  // namespace agent
