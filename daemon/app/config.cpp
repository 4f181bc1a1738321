// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/start/file_text.h"
#include "app/start/places.h"
#include "base/json/json_reader.h"
#include "base/secret/client_secret.h"

namespace agent {

namespace {

/// Runs `read` on the value of `key`, if there is one, and takes its error over.
template <class Read>
void read_section(JsonReader& in, std::string_view key, const Read& read) {
    const Json* value = in.optional(key);
    if (value == nullptr) return;
    if (Result<void> done = read(*value); !done) in.refuse(std::move(done).error());
}

Result<SecretString> secret_from_json(const Json& value) {
    AGENT_TRY(const SecretReference reference, secret_reference_from_json(value));
    auto secret = read_file(reference.path, reference.guard).and_then([&](const SecretString& text) {
        return client_secret_of(text.reveal(), reference.path);
    });
    if (!secret) return tl::unexpected(json_error(value.position(), secret.error().message));
    return secret;
}

/// Some editors write one.
std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view kMark = "\xef\xbb\xbf";
    return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

Result<void> read_apps(const Json& json, std::vector<App>& apps) {
    if (!json.is_object()) return tl::unexpected(json_error(json.position(), "\"apps\": expected an object of apps"));
    for (const auto& [name, description] : *json.object()) {
        AGENT_TRY(App app, app_from_json(name, description, secret_from_json));
        apps.push_back(std::move(app));
    }
    return {};
}

Result<void> read_key(const Json& json, Config& config) {
    if (json.find("passphrase") == nullptr) {
        AGENT_TRY(config.key, secret_reference_from_json(json));
        return {};
    }
    JsonReader in(json);
    config.wants_passphrase = in.optional_boolean("passphrase").value_or(false);
    if (!config.wants_passphrase) in.refuse("passphrase", "expected true, or \"file\" or \"credential\" instead");
    return in.finish();
}

Result<void> read_lock(const Json& json, Config::Lock& lock) {
    constexpr std::int64_t kShortest = 10;
    constexpr std::int64_t kLongest = 31'536'000;  // a year
    JsonReader in(json);
    if (const auto idle = in.optional_integer("after_idle", kShortest, kLongest))
        lock.after_idle = std::chrono::seconds(*idle);
    lock.on_suspend = in.optional_boolean("on_suspend").value_or(false);
    lock.open_over_restart = in.optional_boolean("open_over_restart").value_or(false);
    return in.finish();
}

Result<void> read_refresh(const Json& json, Config::Refresh& refresh) {
    JsonReader in(json);
    refresh.at_fraction = in.optional_number("at_fraction", 0.1, 0.9).value_or(refresh.at_fraction);
    if (const auto parallel = in.optional_integer("max_parallel", 1, 256)) {
        refresh.max_parallel = static_cast<unsigned>(*parallel);
    }
    refresh.max_per_second = in.optional_number("max_per_second", 0.01, 1000).value_or(refresh.max_per_second);
    return in.finish();
}

Result<void> read_tls(const Json& json, Config::Tls& tls) {
    JsonReader in(json);
    if (const auto ca_file = in.optional_string("ca_file")) {
        tls.ca_file = *ca_file;
        // A relative one would be another file for a daemon that was started elsewhere.
        if (!tls.ca_file.starts_with('/')) {
            in.refuse("ca_file", "expected an absolute path");
        } else if (const auto certificates = read_file(tls.ca_file, Guard::kWriters); !certificates) {
            in.refuse("ca_file", certificates.error().message);
        } else if (const auto authorities = TrustStore::check(tls.ca_file); !authorities) {
            in.refuse("ca_file", authorities.error().message);
        }
    }
    return in.finish();
}

Result<std::string> read_proxy_url(const Json& json) {
    const std::string_view text = json.string().value_or("");
    if (const auto valid = check_proxy_url(text); !valid) {
        const bool has_user = text.find('@') != std::string_view::npos;
        return tl::unexpected(json_error(
            json.position(),
            valid.error().message +
                (has_user ? ": put user and password into the file that \"credentials\" names" : std::string())));
    }
    return std::string(text);
}

Result<void> read_proxy(const Json& json, HttpProxy& proxy) {
    if (const auto text = json.string()) {
        if (*text == "environment") {
            auto named = proxy_of_environment();
            if (!named) return tl::unexpected(json_error(json.position(), named.error().message));
            proxy = *std::move(named);
            return {};
        }
        AGENT_TRY(proxy.url, read_proxy_url(json));
        return {};
    }
    JsonReader in(json);
    read_section(in, "url", [&](const Json& value) -> Result<void> {
        AGENT_TRY(proxy.url, read_proxy_url(value));
        return {};
    });
    read_section(in, "credentials", [&](const Json& value) -> Result<void> {
        AGENT_TRY(proxy.credentials, secret_from_json(value));
        if (proxy.credentials.reveal().find(':') != std::string_view::npos) return {};
        return tl::unexpected(json_error(value.position(), "expected USER:PASSWORD in the file"));
    });
    if (proxy.url.empty()) in.refuse("url", "expected http://HOST:PORT");
    return in.finish();
}

Result<void> read_program(const Json& json, std::vector<std::string>& program) {
    const Json::Array* const words = json.array();
    if (words == nullptr || words->empty())
        return tl::unexpected(json_error(json.position(), "expected [ PROGRAM, ARGUMENT… ]"));
    for (const Json& word : *words) {
        const auto text = word.string();
        if (!text || text->find('\0') != std::string_view::npos)
            return tl::unexpected(json_error(word.position(), "expected a string"));
        program.emplace_back(*text);
    }
    const Json& path = words->front();
    if (!program.front().starts_with('/'))
        return tl::unexpected(json_error(path.position(), "expected the absolute path of a program"));
    if (::access(program.front().c_str(), X_OK) != 0)
        return tl::unexpected(json_error(path.position(), program.front() + ": " + std::strerror(errno)));
    if (!std::filesystem::is_regular_file(program.front()))
        return tl::unexpected(json_error(path.position(), program.front() + ": is not a program"));
    if (const auto ours = check_writers(program.front()); !ours)
        return tl::unexpected(json_error(path.position(), ours.error().message));
    return {};
}

Result<void> read_hooks(const Json& json, AccountHooks::Programs& hooks) {
    JsonReader in(json);
    const auto read = [&](std::string_view key, std::vector<std::string>& program) {
        read_section(in, key, [&](const Json& value) { return read_program(value, program); });
    };
    read("on_login_required", hooks.on_login_required);
    read("on_needs_attention", hooks.on_needs_attention);
    read("on_recovered", hooks.on_recovered);
    return in.finish();
}

}  // namespace

Result<Config> Config::parse(std::string_view text) {
    AGENT_TRY(const Json json, Json::parse(text, Json::Comments::kAllow));
    JsonReader in(json);
    Config config;
    read_section(in, "apps", [&](const Json& value) { return read_apps(value, config.apps); });
    read_section(in, "key", [&](const Json& value) { return read_key(value, config); });
    config.witness = in.optional_string("witness");
    if (config.witness && !config.witness->starts_with('/')) in.refuse("witness", "expected an absolute path");
    read_section(in, "lock", [&](const Json& value) { return read_lock(value, config.lock); });
    read_section(in, "refresh", [&](const Json& value) { return read_refresh(value, config.refresh); });
    read_section(in, "tls", [&](const Json& value) { return read_tls(value, config.tls); });
    read_section(in, "proxy", [&](const Json& value) { return read_proxy(value, config.proxy); });
    read_section(in, "hooks", [&](const Json& value) { return read_hooks(value, config.hooks); });
    AGENT_CHECK(in.finish());
    return config;
}

Result<Config> Config::load(const std::optional<std::string>& path) {
    for (const std::string& file : path ? std::vector<std::string>{*path} : config_places()) {
        const auto text = read_file(file, Guard::kWriters);
        if (!text && text.error().code == Error::Code::kNotFound && !path) continue;
        if (!text) return tl::unexpected(text.error());
        auto config = parse(without_byte_order_mark(text->reveal()));
        if (!config) config.error().message.insert(0, file + ": ");
        if (config) config->file = file;
        return config;
    }
    return Config{};
}

}  // namespace agent
