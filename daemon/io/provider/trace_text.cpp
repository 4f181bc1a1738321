// SPDX-License-Identifier: Apache-2.0
#include "io/provider/trace_text.h"

#include <algorithm>
#include <array>

#include "base/json/json.h"
#include "base/json/json_writer.h"
#include "base/text/encoding.h"
#include "core/oauth/server_text.h"
#include "core/oauth/token_request.h"

namespace agent {

namespace {

// RFC 6749: members of answers.
constexpr std::array<std::string_view, 5> kPublicMembers{"token_type", "scope", "error", "error_description",
                                                         "error_uri"};
constexpr std::array<std::string_view, 2> kPublicNumbers{"expires_in", "created_at"};  // a token may be one, too

template <std::size_t N>
bool is_public(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void write(JsonWriter& out, const Json& json, std::string_view name, const Fingerprint& names,
           std::span<const SecretString> sent) {
    if (const Json::Object* const object = json.object()) {
        out.begin_object();
        for (const auto& [key, value] : *object) write(out.key(key), value, key, names, sent);
        out.end_object();
    } else if (const Json::Array* const array = json.array()) {
        out.begin_array();
        for (const Json& value : *array) write(out, value, name, names, sent);
        out.end_array();
    } else if (const auto text = json.string()) {
        is_public(kPublicMembers, name) ? out.string(quoted_server_text(*text, sent)) : out.string(names.of(*text));
    } else if (const auto boolean = json.boolean()) {
        out.boolean(*boolean);
    } else if (const auto number = json.number()) {
        const auto integer = json.integer();
        if (!is_public(kPublicNumbers, name))
            out.string(names.of(integer ? std::to_string(*integer) : std::to_string(*number)));
        else
            integer ? out.integer(*integer) : out.number(*number);
    } else {
        out.null();
    }
}

}  // namespace

std::string trace_form(std::string_view form, const Fingerprint& names) {
    const auto parameters = FormParameters::parse(form);
    if (!parameters) return names.of(form);
    std::string text;
    for (const auto& [name, value] : parameters->all()) {
        if (!text.empty()) text += '&';
        text += name + "=" + (is_public_parameter(name) ? std::string(value.reveal()) : names.of(value.reveal()));
    }
    return text;
}

std::string trace_body(const HttpResponse& response, const Fingerprint& names, std::span<const SecretString> sent) {
    const auto json = Json::parse(response.body.reveal());
    if (!json) return std::to_string(response.body.size()) + " bytes that are not JSON";
    JsonWriter out;
    write(out, *json, "", names, sent);
    return std::string(out.view());
}

std::string trace_authorization(std::string_view value, const Fingerprint& names) {
    const std::size_t space = value.find(' ');
    if (space == std::string_view::npos) return value.empty() ? "" : names.of(value);
    return std::string(value.substr(0, space + 1)) + names.of(value.substr(space + 1));
}

}  // namespace agent
