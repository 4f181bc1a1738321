// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "base/time.h"
#include "faults.h"

namespace agent::sandbox {

/// One request to the token endpoint, for checks of rate, spacing and order.
struct TokenRequest {
    WallTime at;
    std::string grant_type;
    std::string grant;  // the id, when the request named a refresh token that was ever issued
    int status = 0;     // 0: none was sent
};

/// What has happened since the start or the last reset.
struct Stats {
    std::map<Endpoint, std::uint64_t> requests;
    std::map<std::string, std::uint64_t> grant_types;
    std::uint64_t faults = 0;
    std::uint64_t reuses = 0;      // spent codes and refresh tokens that came again
    std::uint64_t redirected = 0;  // requests that followed the redirect of a fault; a token request must not
    int most_token_requests_at_once = 0;
    std::deque<TokenRequest> token_requests;  // the newest kTokenRequestsKept

    static constexpr std::size_t kTokenRequestsKept = 100'000;

    void add(TokenRequest request) {
        if (token_requests.size() == kTokenRequestsKept) token_requests.pop_front();
        token_requests.push_back(std::move(request));
    }
};

}  // namespace agent::sandbox
