// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/authorization_request.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/crypto/sealing.h"
#include "base/text/ascii.h"
#include "base/text/encoding.h"
#include "core/oauth/server_text.h"

namespace agent {

namespace {

SecretString random_text(Entropy& entropy) {
    std::array<std::byte, 32> bytes{};
    entropy.fill(bytes);
    SecretString text = secret_base64url(bytes);
    wipe(bytes.data(), bytes.size());
    return text;
}

void add_parameter(std::string& url, std::string_view name, std::string_view value) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    url.append(name).append("=").append(percent_encode(value));
}

/// Without blanks, line ends and quotes around it, which people copy along.
std::string_view without_wrapping(std::string_view text) {
    constexpr std::string_view kAround = " \t\r\n\"'`<>";
    const auto begin = text.find_first_not_of(kAround);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kAround) - begin + 1);
}

std::string_view without_fragment(std::string_view query) {
    return query.substr(0, query.find('#'));
}

/// Without those in the middle, too: a program that shows a long address in several lines may add them.
SecretString without_blanks(std::string_view text) {
    SecretBuffer kept;
    for (const char& c : text)
        if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) kept.append({&c, 1});
    return kept.take();
}

bool is_query(std::string_view text) {
    constexpr std::array<std::string_view, 4> kNames{"code=", "state=", "error=", "error_description="};
    return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return text.starts_with(name); });
}

/// The query of an address, or a query alone.
std::optional<std::string_view> query_of(std::string_view text) {
    if (const auto question_mark = text.find('?'); question_mark != std::string_view::npos)
        return without_fragment(text.substr(question_mark + 1));
    return is_query(text) ? std::optional(without_fragment(text)) : std::nullopt;
}

/// RFC 6749 appendix A.11: a code is made of visible characters; an address without a query is a mistake in copying.
bool is_code(std::string_view text) {
    const bool is_address = text.find(':') != std::string_view::npos && text.find('/') != std::string_view::npos;
    return is_visible_ascii(text) && !is_address;
}

}  // namespace

LoginSecrets make_login_secrets(const App& app, Entropy& entropy) {
    LoginSecrets secrets{.state = random_text(entropy), .code_verifier = {}};
    if (app.pkce) secrets.code_verifier = random_text(entropy);
    return secrets;
}

std::string code_challenge(std::string_view code_verifier) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(code_verifier.data()),
                       code_verifier.size());
    return base64url(std::as_bytes(std::span(digest)));
}

std::string authorization_url(const App& app, std::string_view redirect_uri, const LoginSecrets& secrets) {
    std::string url = app.endpoints.authorization;
    add_parameter(url, "response_type", "code");
    add_parameter(url, "client_id", app.client_id);
    add_parameter(url, "redirect_uri", redirect_uri);
    add_parameter(url, "state", secrets.state.reveal());
    if (!app.scope.empty()) add_parameter(url, "scope", app.scope);
    if (app.product == Product::kManage) add_parameter(url, "redirect_on_decline", "true");
    if (!secrets.code_verifier.empty()) {
        add_parameter(url, "code_challenge", code_challenge(secrets.code_verifier.reveal()));
        add_parameter(url, "code_challenge_method", "S256");
    }
    return url;
}

Result<AuthorizationResponse> read_authorization_response(std::string_view query) {
    AGENT_TRY(const FormParameters parameters, FormParameters::parse(query));
    const auto text = [&](std::string_view name) { return parameters.find(name).value_or(""); };
    const std::array<SecretString, 2> secrets{SecretString(text("state")), SecretString(text("code"))};
    return AuthorizationResponse{.state = secrets.front().clone(),
                                 .code = secrets.back().clone(),
                                 .error = quoted_server_text(text("error"), secrets),
                                 .error_description = quoted_server_text(text("error_description"), secrets)};
}

/// What read_pasted_response() does, but for the characters of the code.
Result<AuthorizationResponse> read_as_pasted(std::string_view pasted) {
    const std::string_view text = without_wrapping(pasted);
    if (text.empty())
        return fail(Error::Code::kBadRequest,
                    "nothing was pasted; paste the whole URL or the code that the browser shows");
    const SecretString whole = without_blanks(text);
    if (const auto query = query_of(whole.reveal())) return read_authorization_response(*query);
    // Some chat programs encode the whole of what looks like a link.
    if (const auto decoded = percent_decode(text, /*plus_is_space=*/false); decoded && !decoded->equals(text)) {
        if (query_of(decoded->reveal())) return read_as_pasted(decoded->reveal());
    }
    if (!is_code(text))
        return fail(Error::Code::kBadRequest,
                    "neither a URL with a query nor a code; paste the whole URL or the code that the browser shows");
    return AuthorizationResponse{.state = {}, .code = SecretString(text), .error = {}, .error_description = {}};
}

Result<AuthorizationResponse> read_pasted_response(std::string_view pasted) {
    AGENT_TRY(AuthorizationResponse response, read_as_pasted(pasted));
    if (!response.code.empty() && !is_visible_ascii(response.code.reveal()))
        return fail(Error::Code::kBadRequest,
                    "the code has characters that no code has; paste the whole URL or the code that the browser shows");
    return response;
}

}  // namespace agent
