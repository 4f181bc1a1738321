// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace agent::limits {

// What the daemon accepts from a local peer. Past a limit a request is answered with 4xx or 503, or its connection is
// closed; other peers do not notice. A connection has one request under way at a time, so that the limits on
// connections are those on waiting requests, too.
inline constexpr std::size_t kHeaderBytes = std::size_t{8} * 1024;  // curl sends about 100
inline constexpr std::size_t kBodyBytes = std::size_t{64} * 1024;   // the largest body is an app of about 1 KiB
inline constexpr std::size_t kConnections = 4096;         // in all; the descriptor limit is raised to hold them
inline constexpr std::size_t kConnectionsPerUser = 3072;  // so that one user cannot take every place
inline constexpr std::size_t kReservedDescriptors = 256;  // beside connections: store, listeners, requests to Clio
inline constexpr std::size_t kEventStreams = 64;          // each holds a growing answer
inline constexpr std::size_t kStreamBacklogBytes = std::size_t{256} * 1024;  // unread events, about 1000 of them
inline constexpr std::chrono::seconds kIdle{60};  // between requests, and between two bytes of one
// From one answer to the next request, however it trickles in.
inline constexpr std::chrono::seconds kWholeRequest{120};
inline constexpr std::chrono::seconds kWholeAnswer{120};  // for an answer to be read, but for a stream: that has no end
inline constexpr std::chrono::seconds kFirstRequest{1};   // at a stop, for who has connected and not yet asked
inline constexpr std::chrono::seconds kTokenPatience{30};  // how long a token request waits for a refresh
inline constexpr std::chrono::seconds kLongestWait{60};    // for ?wait= on an authorization
inline constexpr std::chrono::seconds kDefaultMinTtl{60};

}  // namespace agent::limits
