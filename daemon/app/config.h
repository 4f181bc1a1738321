// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/keys/secret_reference.h"
#include "app/report/account_hooks.h"
#include "base/result.h"
#include "core/oauth/app.h"
#include "io/provider/curl_http_client.h"

namespace agent {

/// The operator's configuration (cliod.json(5)), read and checked.
struct Config {
    struct Refresh {
        double at_fraction = 0.8;
        unsigned max_parallel = 8;
        double max_per_second = 2.0;  // for each client_id at a token endpoint's host
    };
    struct Tls {
        std::string ca_file;  // empty: the system's certificate authorities
    };

    /// Parses a configuration and reads the secrets that it refers to. Fails with kBadRequest, "line L, column C: what
    /// was expected".
    [[nodiscard]] static Result<Config> parse(std::string_view text);

    /// Reads the file at `path`, which must exist; each error begins with it. Without a path,
    /// $XDG_CONFIG_HOME/cliod/cliod.json (~/.config) or, for the system's agent, /etc/cliod/cliod.json; if neither
    /// exists, an empty configuration.
    [[nodiscard]] static Result<Config> load(const std::optional<std::string>& path);

    std::optional<std::string> file;  // that it was read from
    std::vector<App> apps;
    /// When the agent locks itself.
    struct Lock {
        std::optional<std::chrono::seconds> after_idle;  // without a request for a token
        bool on_suspend = false;                         // as soon as the machine wakes up again
        bool open_over_restart = false;                  // by the file descriptor store of systemd
    };

    std::optional<SecretReference> key;  // nullopt: the key file in the state directory
    bool wants_passphrase = false;       // and nothing else, unless it is added
    std::optional<std::string> witness;  // a path; nullopt: beside the store
    Lock lock;
    Refresh refresh;
    Tls tls;
    HttpProxy proxy;
    AccountHooks::Programs hooks;
};

}  // namespace agent
