// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/time.h"
#include "client.h"

namespace agent::sandbox {

/// What an authorization code grants.
struct CodeTerms {
    std::string client_id;
    std::int64_t user_id = 0;
    std::string redirect_uri;
    std::string code_challenge;  // empty: none was sent
};

/// A user's permission for a client, and its tokens. The sandbox's tokens are worthless, so they are plain strings: its
/// users want to see them.
struct Grant {
    std::string id;
    std::string client_id;
    std::int64_t user_id = 0;
    std::string ended_by;  // empty while it lives
    std::uint64_t refreshes = 0;
    std::string refresh_token;
    std::deque<std::string> spent_refresh_tokens;
    std::deque<std::string> access_tokens;  // the oldest first; some may have expired
};

/// What a token request is answered with.
struct TokenSet {
    std::string access_token;
    std::chrono::seconds expires_in{0};
    std::string refresh_token;  // empty: none is sent, the client keeps the one it has
};

/// Why a code or refresh token was refused. The client gets "invalid_grant" for each; the log says more.
enum class Refusal { kUnknown, kExpired, kRevoked, kReused, kOtherClient, kRedirectMismatch, kVerifierMismatch };

[[nodiscard]] std::string_view to_string(Refusal refusal);

/// Every code, grant and token: what an authorization server knows. Pure: time and randomness come from outside.
class GrantBook {
  public:
    using MakeToken = std::function<std::string()>;
    using Tokens = tl::expected<TokenSet, Refusal>;

    /// With `reuse_kills_grant`, a spent refresh token or code that comes again ends its grant (RFC 9700 section
    /// 4.14.2, RFC 6749 section 4.1.2): either the client or a thief has used it.
    GrantBook(MakeToken make_token, bool reuse_kills_grant);

    /// A code that works once, within 10 minutes.
    [[nodiscard]] std::string issue_code(CodeTerms terms, WallTime now);
    [[nodiscard]] Tokens exchange(const Client& client, std::string_view code, std::string_view redirect_uri,
                                  std::string_view code_verifier, WallTime now);
    [[nodiscard]] Tokens refresh(const Client& client, std::string_view refresh_token, WallTime now);

    /// The grant of an access token that is good at `now`, or null.
    [[nodiscard]] const Grant* find_by_access_token(std::string_view token, WallTime now) const;
    /// The grant that a token of any kind was ever made from, or null.
    [[nodiscard]] const Grant* find_by_any_token(std::string_view token) const;
    [[nodiscard]] bool is_access_token_alive(std::string_view token, WallTime now) const;
    [[nodiscard]] WallTime expires_at(std::string_view access_token) const;
    [[nodiscard]] const std::deque<Grant>& grants() const noexcept { return grants_; }

    /// False when there is no such grant.
    bool end(std::string_view grant_id, std::string_view reason);
    void end_all(std::string_view reason);
    /// Ends every access token; refresh tokens live on.
    void expire_access_tokens();

  private:
    enum class Kind { kAccess, kRefresh, kSpentRefresh };
    struct Issued {
        Grant* grant = nullptr;
        Kind kind = Kind::kAccess;
        WallTime expires_at;  // of an access token
    };
    struct Code {
        CodeTerms terms;
        WallTime expires_at;
        Grant* grant = nullptr;  // what it was exchanged for
    };

    void add_access_token(Grant& grant, const Client& client, WallTime now, TokenSet& out);
    void add_refresh_token(Grant& grant, TokenSet& out);
    void forget_oldest(std::deque<std::string>& tokens);
    void drop_expired_codes(WallTime now);

    MakeToken make_token_;
    bool reuse_kills_grant_;
    std::deque<Grant> grants_;  // keeps its elements where they are
    std::map<std::string, Issued, std::less<>> issued_;
    std::map<std::string, Code, std::less<>> codes_;
    std::deque<std::string> code_order_;
};

}  // namespace agent::sandbox
