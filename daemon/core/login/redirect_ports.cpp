// SPDX-License-Identifier: Apache-2.0
#include "core/login/redirect_ports.h"

#include <optional>
#include <utility>

#include "base/text/url.h"

namespace agent {

Result<std::shared_ptr<RedirectPort>> RedirectPorts::open(const std::vector<std::string>& redirect_uris) {
    std::optional<Error> refused;
    for (const std::string& uri : redirect_uris) {
        auto port = open_one(uri);
        if (port) return port;
        if (refused)
            refused->message += "; " + port.error().message;
        else
            refused = std::move(port).error();
    }
    return tl::unexpected(*std::move(refused));
}

Result<std::shared_ptr<RedirectPort>> RedirectPorts::open_one(const std::string& redirect_uri) {
    if (auto present = open_[redirect_uri].lock()) return present;
    AGENT_TRY(const Url url, Url::parse(redirect_uri));
    auto port = std::make_shared<RedirectPort>(RedirectPort{.redirect_uri = redirect_uri, .listening = nullptr});
    if (url.scheme == "http") {
        const auto listen = [&] {
            return listener_.listen(
                url, [this, redirect_uri](std::uint32_t user) { return hooks_.expects(redirect_uri, user); },
                [this, redirect_uri](const BrowserVisit& visit, const RedirectListener::Respond& respond) {
                    hooks_.visited(redirect_uri, visit, respond);
                });
        };
        auto opened = listen();
        if (!opened && opened.error().code == Error::Code::kConflict) {
            hooks_.make_room();
            opened = listen();
        }
        if (!opened) return tl::unexpected(hooks_.explain(url, std::move(opened).error()));
        port->listening = *std::move(opened);
    }
    open_[redirect_uri] = port;
    return port;
}

}  // namespace agent
