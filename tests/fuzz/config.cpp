// SPDX-License-Identifier: Apache-2.0
// A configuration file. Its secrets are in the one file that the credential "777" names.
#include "app/config.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "base/fd.h"
#include "base/json/json_writer.h"
#include "target.h"

namespace {

/// A file without a name, to be found under a number that no other has: /proc/self/fd/777.
constexpr int kSecretFile = 777;

bool make_secret_file() {
    const agent::Fd file(::memfd_create("secret", MFD_CLOEXEC));
    return ::dup2(file.get(), kSecretFile) == kSecretFile &&
           ::setenv("CREDENTIALS_DIRECTORY", "/proc/self/fd", /*overwrite=*/1) == 0;
}

/// Drawn from the input, so that no input can hold it.
std::string put_secret(std::string_view input) {
    std::string secret = "secret-" + std::to_string(std::hash<std::string_view>()(input));
    const auto size = static_cast<ssize_t>(secret.size());
    FUZZ_ASSERT(::ftruncate(kSecretFile, size) == 0 && ::pwrite(kSecretFile, secret.data(), secret.size(), 0) == size);
    return secret;
}

std::string written(const agent::App& app) {
    agent::JsonWriter out;
    agent::write_app(out, app, /*with_secret=*/true);
    return std::string(out.take().reveal());
}

void check(const agent::App& app, std::string_view secret) {
    FUZZ_ASSERT(app.client_secret.equals(secret));
    const auto json = agent::Json::parse(written(app));
    FUZZ_ASSERT(json);
    const auto again =
        agent::app_from_json(app.name, *json, [](const agent::Json& value) -> agent::Result<agent::SecretString> {
            return agent::SecretString(value.string().value_or(""));
        });
    FUZZ_ASSERT(again && written(*again) == written(app));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool has_file = make_secret_file();
    FUZZ_ASSERT(has_file);
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string secret = put_secret(input);
    const auto config = agent::Config::parse(input);
    if (!config) {
        FUZZ_ASSERT(config.error().code == agent::Error::Code::kBadRequest);
        FUZZ_ASSERT(config.error().message.starts_with("line "));
        FUZZ_ASSERT(config.error().message.find(secret) == std::string::npos);
        return 0;
    }
    for (const agent::App& app : config->apps) check(app, secret);
    FUZZ_ASSERT(config->refresh.at_fraction >= 0.1 && config->refresh.at_fraction <= 0.9);
    FUZZ_ASSERT(config->refresh.max_parallel >= 1 && config->refresh.max_per_second > 0);
    return 0;
}
