// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/time.h"
#include "protocol/limits.h"

namespace agent {

/// What a server accepts from its peers; smaller in tests.
struct HttpLimits {
    std::size_t header_bytes = limits::kHeaderBytes;
    std::size_t body_bytes = limits::kBodyBytes;
    std::size_t connections = limits::kConnections;
    std::size_t connections_for_managers = limits::kConnectionsForManagers;  // of all
    std::size_t kept_bytes = limits::kKeptBytes;
    std::size_t kept_bytes_for_managers = limits::kKeptBytesForManagers;  // of all
    std::size_t stream_backlog_bytes = limits::kStreamBacklogBytes;
    Duration idle = limits::kIdle;
    Duration first_request = limits::kFirstRequest;
    Duration whole_request = limits::kWholeRequest;
    Duration whole_answer = limits::kWholeAnswer;
    Duration lingering = limits::kLingering;
};

}  // namespace agent
