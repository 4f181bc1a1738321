// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/secret/secret.h"
#include "io/server/peer.h"

namespace agent {

enum class ApiMethod { kGet, kPost, kPut, kDelete, kOther };

/// One request of the local protocol, independent of its transport.
struct ApiRequest {
    ApiMethod method = ApiMethod::kGet;
    std::string path;   // as sent, percent-encoded
    std::string query;  // as sent, without "?"
    SecretString body;  // may hold a client secret or an authorization code
    Peer peer;
};

}  // namespace agent
