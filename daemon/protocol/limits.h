// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace agent::limits {

// What the daemon accepts from a local peer. Beyond a limit, it answers 4xx or 503 or closes the connection; other
// peers are not affected. A connection has one request at a time, so the limits on connections also limit waiting
// requests.
inline constexpr std::size_t kHeaderBytes = std::size_t{8} * 1024;  // curl sends about 100
inline constexpr std::size_t kBodyBytes = std::size_t{64} * 1024;   // the largest body is an app of about 1 KiB
/// A sealed record of a backup; in base64url, with what stands around it, it fits in a body.
inline constexpr std::size_t kRecordBytes = (kBodyBytes - 2048) / 4 * 3;
inline constexpr std::size_t kUserBodyBytes = 1024;  // where everyone may ask: reading JSON costs the loop time
// What there is a limited amount of is shared out (io/server/fair_share.h): a user may have as many as are then left,
// so one alone half of them. Some are only for managers.
inline constexpr std::size_t kConnections = 4096;  // the descriptor limit is raised to allow them
inline constexpr std::size_t kConnectionsForManagers = 128;
inline constexpr std::size_t kReservedDescriptors = 256;  // besides connections: store, listeners, requests to Clio
inline constexpr std::size_t kEventStreams = 64;          // each holds a growing answer
inline constexpr std::size_t kEventStreamsForManagers = 8;
inline constexpr std::size_t kStreamBacklogBytes = std::size_t{256} * 1024;  // unread events, about 1000 of them
// Half requests and unread answers of all connections; one that goes over the share of its user is closed.
inline constexpr std::size_t kKeptBytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kKeptBytesForManagers = kKeptBytes / 8;
inline constexpr std::chrono::seconds kIdle{60};  // between requests, and between two bytes of one
// From one answer to the complete next request, however slowly it arrives.
inline constexpr std::chrono::seconds kWholeRequest{120};
inline constexpr std::chrono::seconds kWholeAnswer{120};  // for an answer to be read, except a stream, which has no end
inline constexpr std::chrono::seconds kFirstRequest{1};   // at a stop, for peers that have not sent a request yet
inline constexpr std::chrono::seconds kLingering{2};      // after a refusal, for a peer that is still sending
inline constexpr std::chrono::seconds kTokenPatience{30};  // how long a token request waits for a refresh
inline constexpr std::chrono::seconds kLongestWait{60};    // for ?wait= on an authorization
inline constexpr std::chrono::seconds kDefaultMinTtl{60};
inline constexpr std::chrono::seconds kLongestMinTtl{31'536'000};  // a year; Clio's longest life is 30 days
// A URL that a browser was redirected to: the usual limit of browsers and servers; Clio's has about 200.
inline constexpr std::size_t kRedirectedUrlBytes = 8192;

}  // namespace agent::limits
