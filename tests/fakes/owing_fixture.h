// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "fakes/http_fixture.h"

namespace fakes {

/// The server and a peer whose answer is owed.
struct OwingFixture : HttpFixture {
    explicit OwingFixture(agent::HttpLimits limits = {}) : HttpFixture(limits) {
        defer = true;
        client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        wait_for_owed(1);
    }

    [[nodiscard]] Owed& first() { return owed.front(); }

    std::unique_ptr<fakes::UnixClient> client = connect();
};

}  // namespace fakes
