// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace agent {

/// Who listens on a TCP port of this machine, for a person: "process 4711 (nginx)", or "a process of user 1000" when
/// /proc shows no more, or "another program".
[[nodiscard]] std::string describe_port_owner(int port);

}  // namespace agent
