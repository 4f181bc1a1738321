// SPDX-License-Identifier: Apache-2.0
#include "cli/input/app_form.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/secret/client_secret.h"
#include "base/text/encoding.h"
#include "base/text/printable.h"
#include "base/text/url.h"
#include "cli/command_line/command.h"
#include "cli/display/output.h"
#include "cli/input/terminal_prompt.h"

namespace agent {

namespace {

using enum AppField::Need;

constexpr std::string_view kExampleUri = "http://127.0.0.1:5678/callback";

std::string why_not_client_id(std::string_view value) {
    return why_not_client_text(value);
}

std::string why_not_here(std::string_view uri) {
    int lowest = 1024;
    std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> lowest;
    return why_not_redirect_uri(uri, lowest);
}

constexpr std::array<AppField, 7> kFields{{
    {"product", "product", kAlways, "Product (manage or platform)"},
    {"region", "region", kAlways, "Region where you sign in (us, eu, ca or au)"},
    {"client-id", "client_id", kAlways, "App Key", why_not_client_id},
    {"redirect-uri", "redirect_uri", kAlways, "Redirect URI, exactly as registered", why_not_here,
     /*may_repeat=*/true},
    {"scope", "scope", kPlatform, "Scope to request"},
    {"rotation", "rotation", kNever, ""},
    {"client-auth", "client_auth", kNever, ""},
}};

std::string quoted(std::string_view text) {
    return '"' + printable(text) + '"';
}

/// Why the table of options or the field does not allow `value`; empty if both do.
std::string why_not(const Arguments& arguments, const AppField& field, std::string_view value) {
    for (const Option& option : arguments.command->options) {
        if (option.name != field.option || option.choices.empty()) continue;
        if (std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end())
            return "is not one of: " + std::string(option.help.substr(0, option.help.find(':')));
    }
    if (value.empty()) return "is empty";
    return field.why_not == nullptr ? std::string() : field.why_not(value);
}

}  // namespace

std::span<const AppField> app_fields() noexcept {
    return kFields;
}

std::string why_not_redirect_uri(std::string_view uri, int lowest_port) {
    const std::string as_in = ", as in " + std::string(kExampleUri);
    std::string invisible = why_not_client_text(uri);
    if (!invisible.empty()) return invisible;
    const auto url = Url::parse(uri);
    if (!url) return "is not a URL (" + url.error().message + ")" + as_in;
    if (url->scheme == "https") return {};
    if (!url->is_loopback()) return "must be http on this machine" + as_in + ", or https";
    if (!url->has_port) return "has no port" + as_in;
    if (url->port >= lowest_port) return {};
    return "has port " + std::to_string(url->port) + ", but only root may open ports below " +
           std::to_string(lowest_port) + "; register another one" + as_in;
}

std::string in_words_of_options(std::string_view detail) {
    std::string text(detail);
    if (text.starts_with("line ")) {
        const std::size_t end = text.find(": ");
        if (end != std::string::npos) text.erase(0, end + 2);
    }
    for (const AppField& field : kFields) {
        const std::string member = '"' + std::string(field.member) + '"';
        if (text.starts_with(member)) text.replace(0, member.size(), "--" + std::string(field.option));
    }
    return text;
}

const AppForm::Value* AppForm::find(std::string_view option) const {
    const auto found =
        std::find_if(values_.begin(), values_.end(), [&](const Value& value) { return value.field->option == option; });
    return found == values_.end() ? nullptr : &*found;
}

bool AppForm::needs(const AppField& field) const {
    if (field.need != kPlatform) return field.need == kAlways;
    const Value* const product = find("product");
    return product != nullptr && product->text == "platform";
}

Reply<void> AppForm::take(const Arguments& arguments, const AppField& field, std::string_view value) {
    std::string reason = why_not(arguments, field, value);
    for (const Value& other : values_) {
        if (other.field == &field && other.text == value) reason = "is given twice";
    }
    if (!reason.empty())
        return usage(arguments.command, "--" + std::string(field.option) + ": " + quoted(value) + " " + reason);
    values_.push_back({&field, std::string(value)});
    return {};
}

Reply<void> AppForm::take_given(const Arguments& arguments) {
    for (const AppField& field : kFields) {
        if (!field.may_repeat) {
            if (const auto value = arguments.value(field.option)) AGENT_CHECK(take(arguments, field, *value));
            continue;
        }
        for (const std::string_view value : arguments.values(field.option)) AGENT_CHECK(take(arguments, field, value));
    }
    return {};
}

Reply<void> AppForm::ask(const Arguments& arguments, const AppField& field) {
    while (true) {
        AGENT_TRY(const std::string answer, ask_visibly(std::string(field.question) + ": "));
        const std::string reason = why_not(arguments, field, answer);
        if (reason.empty()) {
            values_.push_back({&field, answer});
            return {};
        }
        tell(quoted(answer) + " " + reason + "\n");
    }
}

Reply<AppForm> AppForm::fill(const Arguments& arguments) {
    AppForm form;
    AGENT_CHECK(form.take_given(arguments));
    const bool asks = ::isatty(STDIN_FILENO) == 1 && !arguments.has("json");
    std::string missing;
    for (const AppField& field : kFields) {
        if (form.find(field.option) != nullptr || !form.needs(field)) continue;
        if (asks) {
            AGENT_CHECK(form.ask(arguments, field));
        } else {
            missing.append(missing.empty() ? "" : ", ").append("--").append(field.option);
        }
    }
    if (missing.empty()) return form;
    return usage(arguments.command,
                 missing + (missing.find(',') == std::string::npos ? " is missing" : " are missing"));
}

void AppForm::write(JsonWriter& out) const {
    for (const AppField& field : kFields) {
        std::vector<std::string_view> texts;
        for (const Value& value : values_)
            if (value.field == &field) texts.emplace_back(value.text);
        if (texts.size() == 1) out.member(field.member, texts.front());
        if (texts.size() <= 1) continue;
        out.key(field.member).begin_array();
        for (const std::string_view text : texts) out.string(text);
        out.end_array();
    }
}

}  // namespace agent
