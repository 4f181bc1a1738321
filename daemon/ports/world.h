// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "ports/entropy.h"
#include "ports/http_client.h"
#include "ports/timers.h"
#include "ports/token_store.h"

namespace agent {

/// The core's access to the outside world, except the listener that only a login needs. Owned by the composition root;
/// outlives the core.
struct World {
    const Clock& clock;
    Timers& timers;
    Entropy& entropy;
    HttpClient& http;
    TokenStore& store;
};

}  // namespace agent
