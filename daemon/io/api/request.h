// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "base/secret/secret.h"

namespace agent {

/// The peer of a connection, according to the kernel (SO_PEERCRED, unix(7)).
struct Peer {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0;
};

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
