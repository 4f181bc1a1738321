// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace agent {

/// Describes what listens on a TCP port at the IPv4 or IPv6 address `host` of this machine: "process 4711 (nginx)", "a
/// process of user 1000" if /proc shows no more, or "another program".
[[nodiscard]] std::string describe_port_owner(const std::string& host, int port);

}  // namespace agent
