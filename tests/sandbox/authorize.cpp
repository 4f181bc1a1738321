// SPDX-License-Identifier: Apache-2.0
#include "authorize.h"

#include <charconv>

#include "base/log.h"
#include "base/text/encoding.h"
#include "pages.h"
#include "pkce.h"

namespace agent::sandbox {

namespace {

/// What is wrong with a request whose redirect_uri can be trusted: RFC 6749 section 4.1.2.1.
struct Objection {
    std::string_view error;
    std::string_view description;
};

std::string with_query(std::string_view uri, std::string_view query) {
    std::string result(uri);
    result += uri.find('?') == std::string_view::npos ? '?' : '&';
    return result.append(query);
}

std::string with_state(std::string query, const AuthorizationRequest& request) {
    if (!request.state.empty()) query += "&state=" + percent_encode(request.state);
    return query;
}

Reply redirect_error(int status, const AuthorizationRequest& request, std::string_view error,
                     std::string_view description) {
    std::string query = "error=" + percent_encode(error);
    if (!description.empty()) query += "&error_description=" + percent_encode(description);
    return redirect_reply(status, with_query(request.redirect_uri, with_state(std::move(query), request)));
}

Reply redirect_code(int status, const Context& context, const AuthorizationRequest& request, std::int64_t user_id) {
    const std::string code = context.state.grants.issue_code({.client_id = request.client_id,
                                                              .user_id = user_id,
                                                              .redirect_uri = request.redirect_uri,
                                                              .code_challenge = request.code_challenge},
                                                             context.now);
    return redirect_reply(status, with_query(request.redirect_uri, with_state("code=" + code, request)));
}

std::optional<Objection> find_objection(const Settings& settings, const Client& client, const FormParameters& query,
                                        const AuthorizationRequest& request) {
    if (query.find("response_type") != "code") {
        return Objection{"unsupported_response_type", "response_type must be code"};
    }
    if (client.product == Product::kPlatform && !is_scope_within(request.scope, client.scope)) {
        return Objection{"invalid_scope", "scope must be there, within that of the application"};
    }
    if (request.code_challenge.empty()) {
        if (!settings.require_pkce) return std::nullopt;
        return Objection{"invalid_request", "code_challenge must be there"};
    }
    if (query.find("code_challenge_method") != "S256" || !is_challenge(request.code_challenge)) {
        return Objection{"invalid_request", "code_challenge_method must be S256, code_challenge of that form"};
    }
    return std::nullopt;
}

std::int64_t number_in(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

Reply authorize_endpoint(const Context& context, const Request& request) {
    const auto query = FormParameters::parse(request.query);
    if (!query) return refused_page(400, query.error().message);
    const auto text_of = [&](std::string_view name) { return std::string(query->find(name).value_or("")); };
    // RFC 6749 section 4.1.2.1: nobody is redirected before client and redirect_uri have been found good.
    const Client* client = context.settings.find_client(text_of("client_id"));
    if (client == nullptr) return refused_page(400, "No application has this client_id.");
    AuthorizationRequest asked{.client_id = client->id,
                               .redirect_uri = text_of("redirect_uri"),
                               .state = text_of("state"),
                               .scope = client->product == Product::kPlatform ? text_of("scope") : "",
                               .code_challenge = text_of("code_challenge"),
                               .redirect_on_decline = query->find("redirect_on_decline") == "true"};
    if (!context.settings.may_redirect(*client, asked.redirect_uri)) {
        return refused_page(400, "This redirect_uri is not registered for the application: " + asked.redirect_uri);
    }
    if (const auto objection = find_objection(context.settings, *client, *query, asked)) {
        return redirect_error(302, asked, objection->error, objection->description);
    }
    if (context.settings.auto_approve) return redirect_code(302, context, asked, context.state.auto_approve_user);
    std::string id = make_token(TokenFormat::kPlain);
    Reply page = consent_page(context.settings, asked, id);
    context.state.consents.open(std::move(id), std::move(asked), context.now);
    return page;
}

Reply consent_endpoint(const Context& context, const Request& request) {
    // A browser says which site's page a form was on; a program says nothing.
    const std::string_view origin = request.header("Origin");
    if (!origin.empty() && origin != "http://" + std::string(request.header("Host"))) {
        return refused_page(403, "This form was not sent from a page of the sandbox.");
    }
    const auto form = FormParameters::parse(request.body);
    if (!form) return refused_page(400, form.error().message);
    const std::string_view decision = form->find("decision").value_or("");
    const User* user = form->find("user") ? context.settings.find_user(number_in(*form->find("user")))
                                          : &context.settings.users.front();
    if (user == nullptr || (decision != "allow" && decision != "decline")) {
        return refused_page(400, "The form is not one of the sandbox.");
    }
    const auto asked = context.state.consents.take(form->find("consent").value_or(""), context.now);
    if (!asked) return refused_page(400, "This page has been used, or is older than 10 minutes. Begin again.");

    log(LogLevel::kInfo, "consent", {{"decision", std::string(decision)}, {"user", user->email}});
    // 303 and not 307: the form must not be sent on to the client (RFC 9700 section 4.12).
    if (decision == "allow") return redirect_code(303, context, *asked, user->id);
    const Client* client = context.settings.find_client(asked->client_id);
    // Manage redirects only when it was asked to; RFC 6749 does so always.
    if (client->product == Product::kManage && !asked->redirect_on_decline) return declined_page();
    return redirect_error(303, *asked, "access_denied", "");
}

Reply approval_endpoint(const Context&, const Request& request) {
    const auto query = FormParameters::parse(request.query);
    if (!query) return refused_page(400, query.error().message);
    if (const auto code = query->find("code")) return approval_page(*code);
    return query->find("error") ? declined_page() : refused_page(400, "There is no code to show.");
}

}  // namespace agent::sandbox
