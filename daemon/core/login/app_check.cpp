// SPDX-License-Identifier: Apache-2.0
#include "core/login/app_check.h"

#include <chrono>

#include "base/text/url.h"
#include "core/oauth/authorization_request.h"
#include "core/oauth/server_text.h"

namespace agent {

namespace {

using enum AppFinding::Verdict;

constexpr std::chrono::minutes kTolerance{1};  // a token's life is counted by our clock alone; certificates are coarser

AppFinding authorization(AppFinding::Verdict verdict, std::string detail) {
    return {.check = "authorization", .verdict = verdict, .detail = std::move(detail)};
}

std::string compare(const App& app) {
    return "; compare with the developer application at Clio: region " + std::string(to_string(app.region)) +
           ", App Key " + app.client_id + ", redirect URI " + app.redirect_uris.front();
}

std::string failure_text(const HttpFailure& failure) {
    if (failure.kind == HttpFailure::Kind::kTls)
        return failure.message +
               "; if the network here has a certificate authority of its own, name it in "
               "tls.ca_file (man cliod.json)";
    return failure.message;
}

AppFinding judge_redirect(const App& app, const std::string& location) {
    const std::size_t query = location.find('?');
    if (query != std::string::npos) {
        const auto sent = read_authorization_response(std::string_view(location).substr(query + 1));
        if (sent && !sent->error.empty())
            return authorization(kBad,
                                 "the server refuses: " + sent->error + " " + sent->error_description + compare(app));
    }
    const auto url = Url::parse(location.substr(0, query));
    return authorization(
        kGood, url ? "the server leads to its sign-in page at " + url->host : "the server leads to its sign-in page");
}

}  // namespace

AppFinding judge_authorization(const App& app, const HttpOutcome& outcome) {
    if (!outcome) return authorization(kBad, failure_text(outcome.error()));
    const int status = outcome->status;
    const std::string said = server_error_text(outcome->body.reveal());
    const std::string shown = "HTTP status " + std::to_string(status) + (said.empty() ? "" : ": " + said);
    if (status >= 300 && status < 400) return judge_redirect(app, outcome->location);
    if (status >= 200 && status < 300) return authorization(kGood, "the server shows its sign-in page");
    if (status == 429 || status >= 500) return authorization(kUnknown, "the server does not say (" + shown + ")");
    return authorization(kBad, "the server does not accept the app (" + shown + ")" + compare(app));
}

AppFinding judge_clock(const HttpOutcome& outcome, WallTime now) {
    AppFinding finding{.check = "clock", .verdict = kUnknown, .detail = "the server tells no time"};
    if (!outcome || !outcome->date) return finding;
    const auto ahead = std::chrono::floor<std::chrono::seconds>(now - *outcome->date);
    finding.verdict = std::chrono::abs(ahead) <= kTolerance ? kGood : kBad;
    finding.detail = finding.verdict == kGood
                         ? "as the server's"
                         : "this machine's clock is " + std::to_string(std::chrono::abs(ahead).count()) + " s " +
                               (ahead.count() > 0 ? "ahead of" : "behind") +
                               " the server's; set it, for instance with: timedatectl set-ntp true";
    return finding;
}

}  // namespace agent
