// SPDX-License-Identifier: Apache-2.0
#include "cli/login/advice.h"

#include "base/text/encoding.h"
#include "base/text/printable.h"
#include "base/text/url.h"
#include "protocol/names.h"

namespace agent {

namespace {

std::string value_of(const std::function<const char*(const char*)>& variable, const char* name) {
    const char* const value = variable(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// "jane@203.0.113.7", as an SSH client would reach this machine.
std::string this_machine(const std::function<const char*(const char*)>& variable) {
    std::string user = value_of(variable, "USER");
    if (user.empty()) user = "USER";
    // "CLIENT CLIENT-PORT SERVER SERVER-PORT", see ssh(1).
    const std::string connection = value_of(variable, "SSH_CONNECTION");
    const std::size_t port = connection.rfind(' ');
    const std::size_t server = port == std::string::npos ? port : connection.rfind(' ', port - 1);
    return user + '@' + (server == std::string::npos ? "HOST" : connection.substr(server + 1, port - server - 1));
}

}  // namespace

LoginPage LoginPage::of(std::string_view authorization_url) {
    LoginPage page;
    const auto url = Url::parse(authorization_url);
    if (!url) return page;
    page.host = url->host;
    const auto parameters = FormParameters::parse(url->query);
    if (!parameters) return page;
    page.client_id = parameters->find("client_id").value_or("");
    page.redirect_uri = parameters->find("redirect_uri").value_or("");
    return page;
}

bool LoginPage::comes_back() const {
    const auto url = Url::parse(redirect_uri);
    return !url || url->is_loopback();
}

std::string what_to_compare(const LoginPage& page) {
    return "Nothing has come back yet. If the browser shows an error of Clio, compare with the developer application:\n"
           "    region        you sign in at " +
           printable(page.host) + "\n    App Key       " + printable(page.client_id) + "\n    redirect URI  " +
           printable(page.redirect_uri) + "\n";
}

std::string elsewhere(const LoginPage& page, std::string_view account,
                      const std::function<const char*(const char*)>& variable) {
    const std::string paste = "    clioctl login --paste " + as_operand(account) + "\n";
    const auto url = Url::parse(page.redirect_uri);
    if (!url || !url->is_loopback()) return "For a browser on another machine:\n" + paste;
    const std::string port = std::to_string(url->port);
    const std::string host = url->host.find(':') == std::string::npos ? url->host : '[' + url->host + ']';
    return "For a browser on another machine, either paste what it ends on:\n" + paste +
           "or forward the port from that machine while this waits, and open the page there:\n    ssh -L " + port +
           ":" + host + ":" + port + " " + printable(this_machine(variable)) + "\n";
}

}  // namespace agent
