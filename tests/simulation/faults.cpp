// SPDX-License-Identifier: Apache-2.0
#include "simulation/faults.h"

#include <utility>

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, kFaults> kFaultWords = {"none",
                                                               "name not resolved",
                                                               "connection refused",
                                                               "TLS failed",
                                                               "request lost",
                                                               "answer lost",
                                                               "answer cut",
                                                               "answer slow",
                                                               "answer too late",
                                                               "500",
                                                               "503",
                                                               "502 or 504",
                                                               "200 HTML",
                                                               "403 HTML",
                                                               "429",
                                                               "invalid_client",
                                                               "no refresh_token"};

HttpResponse page(int status, std::string content_type, std::string_view body) {
    return {.status = status,
            .content_type = std::move(content_type),
            .retry_after = std::nullopt,
            .body = SecretString(body)};
}

}  // namespace

std::string_view to_string(Fault fault) {
    return kFaultWords.at(static_cast<std::size_t>(fault));
}

Fault Faults::draw(BootTime now, int app) {
    if (now >= plan_.end) return Fault::kNone;
    for (const Spell& spell : plan_.spells) {
        if (spell.covers(now) && (spell.app == -1 || spell.app == app) && random_.chance(spell.strength))
            return spell.fault;
    }
    if (random_.chance(plan_.rate)) return static_cast<Fault>(1 + random_.below(kFaults - 1));
    return Fault::kNone;
}

HttpFailure Faults::failure(HttpFailure::Kind kind, bool may_have_been_sent) const {
    return {.kind = kind, .may_have_been_sent = may_have_been_sent, .message = "simulated"};
}

Course Faults::course_of_request(BootTime now, int app, Duration patience) {
    Course course;
    course.fault = draw(now, app);
    course.there = random_.magnitude(5ms, 400ms);
    course.back = random_.magnitude(5ms, 400ms);

    const auto nothing_sent = [&](HttpFailure::Kind kind) {
        course.reaches_server = false;
        course.failure = failure(kind, /*may_have_been_sent=*/false);
    };
    const auto lost = [&] {
        const bool cut = random_.chance(0.5);
        if (!cut) course.back = patience;
        course.failure = failure(cut ? HttpFailure::Kind::kCut : HttpFailure::Kind::kTimeout, true);
    };
    switch (course.fault) {
        case Fault::kNone:
        case Fault::kInvalidClient:   // what the server makes of it
        case Fault::kNoRefreshToken:  // the same
        case Fault::kCount:
            break;
        case Fault::kUnresolved:
            nothing_sent(HttpFailure::Kind::kResolve);
            break;
        case Fault::kRefused:
            nothing_sent(HttpFailure::Kind::kConnect);
            break;
        case Fault::kTlsFailed:
            nothing_sent(HttpFailure::Kind::kTls);
            break;
        case Fault::kLostRequest:
            course.reaches_server = false;
            lost();
            break;
        case Fault::kLostAnswer:
            lost();
            break;
        case Fault::kCutAnswer:
            course.instead = page(200, "application/json", R"({"token_type":"bearer","access_tok)");
            break;
        case Fault::kSlowAnswer:
            course.back = random_.between(patience / 2, patience - 1s);
            break;
        case Fault::kTooSlow:
            course.there = random_.between(patience + 1s, patience * 3);
            course.failure = failure(HttpFailure::Kind::kTimeout, true);
            break;
        case Fault::kInternalError:
            course.reaches_server = random_.chance(0.5);
            course.instead = page(500, "text/html", "<h1>We're sorry, but something went wrong.</h1>");
            break;
        case Fault::kUnavailable:
            course.reaches_server = false;
            course.instead = page(503, "application/json", R"({"error":"temporarily_unavailable"})");
            break;
        case Fault::kGateway:
            course.reaches_server = random_.chance(0.5);
            course.instead = page(random_.chance(0.5) ? 502 : 504, "text/html", "<h1>Bad gateway</h1>");
            break;
        case Fault::kHtmlOk:
            course.reaches_server = false;
            course.instead = page(200, "text/html", "<form>Welcome to the hotel's network</form>");
            break;
        case Fault::kHtmlForbidden:
            course.reaches_server = false;
            course.instead = page(403, "text/html", "<h1>Request blocked</h1>");
            break;
        case Fault::kThrottled:
            course.reaches_server = false;
            course.instead = page(429, "application/json", R"({"message":"Too Many Requests"})");
            if (random_.chance(0.8)) course.instead->retry_after = random_.magnitude(1s, 2h);
            break;
    }
    return course;
}

}  // namespace agent::sim
