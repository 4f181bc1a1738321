// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/token_request.h"

#include <algorithm>
#include <array>

#include "base/text/encoding.h"
#include "core/refresh/refresh_timing.h"

namespace agent {

namespace {

class Form {
  public:
    Form& add(std::string_view name, std::string_view value) {
        if (!body_.empty()) body_.append("&");
        body_.append(name);
        body_.append("=");
        append_percent_encoded(body_, value);
        return *this;
    }
    SecretString take() { return body_.take(); }

  private:
    SecretBuffer body_;
};

SecretString bearer(std::string_view access_token) {
    SecretBuffer out;
    out.append("Bearer ");
    out.append(access_token);
    return out.take();
}

/// RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
SecretString basic(const App& app, const SecretString& client_secret) {
    SecretBuffer pair;
    append_percent_encoded(pair, app.client_id);
    pair.append(":");
    append_percent_encoded(pair, client_secret.reveal());
    SecretBuffer out;
    out.append("Basic ");
    out.append(base64(pair.view()).reveal());
    return out.take();
}

HttpRequest with_client(const App& app, const SecretString& client_secret, Form form) {
    HttpRequest request{
        .method = HttpRequest::Method::kPost, .url = app.endpoints.token, .authorization = {}, .form_body = {}};
    if (app.client_auth == ClientAuth::kBasic)
        request.authorization = basic(app, client_secret);
    else
        form.add("client_id", app.client_id).add("client_secret", client_secret.reveal());
    request.form_body = form.take();
    return request;
}

}  // namespace

HttpRequest refresh_request(const App& app, const SecretString& client_secret, std::string_view refresh_token) {
    Form form;
    form.add("grant_type", "refresh_token").add("refresh_token", refresh_token);
    HttpRequest request = with_client(app, client_secret, std::move(form));
    // Once it was sent, its refresh token is spent: only this answer has the next one.
    if (app.rotation == Rotation::kSingleUse) request.patience = kPatienceWhenSpent;
    return request;
}

HttpRequest code_request(const App& app, const SecretString& client_secret, std::string_view redirect_uri,
                         std::string_view code, std::string_view code_verifier) {
    Form form;
    form.add("grant_type", "authorization_code").add("code", code).add("redirect_uri", redirect_uri);
    if (!code_verifier.empty()) form.add("code_verifier", code_verifier);
    return with_client(app, client_secret, std::move(form));
}

HttpRequest deauthorize_request(const App& app, const SecretString& client_secret, std::string_view access_token,
                                std::string_view refresh_token) {
    Form form;
    const bool manage = app.product == Product::kManage;
    form.add("token", manage ? access_token : refresh_token);
    return {.method = HttpRequest::Method::kPost,
            .url = app.endpoints.deauthorize,
            .authorization = manage ? bearer(access_token) : basic(app, client_secret),
            .form_body = form.take()};
}

HttpRequest who_am_i_request(const App& app, std::string_view access_token) {
    return {.method = HttpRequest::Method::kGet,
            .url = app.endpoints.who_am_i,
            .authorization = bearer(access_token),
            .form_body = {}};
}

bool is_public_parameter(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 6> kPublic{"grant_type", "client_id",       "redirect_uri",
                                                      "scope",      "token_type_hint", "code_challenge_method"};
    return std::find(kPublic.begin(), kPublic.end(), name) != kPublic.end();
}

SentSecrets secrets_in(const HttpRequest& request, const SecretString& client_secret) {
    auto secrets = std::make_shared<std::vector<SecretString>>();
    if (const auto form = FormParameters::parse(request.form_body.reveal())) {
        for (const auto& [name, value] : form->all())
            if (!is_public_parameter(name)) secrets->push_back(value.clone());
    }
    const std::string_view authorization = request.authorization.reveal();
    const std::size_t blank = authorization.find(' ');
    if (blank != std::string_view::npos) secrets->push_back(SecretString(authorization.substr(blank + 1)));
    secrets->push_back(client_secret.clone());
    return secrets;
}

}  // namespace agent
