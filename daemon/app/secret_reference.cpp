// SPDX-License-Identifier: Apache-2.0
#include "app/secret_reference.h"

#include <cstdlib>

#include "base/json_reader.h"

namespace agent {

namespace {

std::string credential_path(JsonReader& in, const std::string& name) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..") {
        in.refuse("credential", "expected the name of a credential, without slashes");
    } else if (folder == nullptr) {
        in.refuse("credential", "$CREDENTIALS_DIRECTORY is not set: only a service started by systemd has credentials");
    }
    return folder == nullptr ? "" : std::string(folder) + "/" + name;
}

}  // namespace

Result<SecretReference> secret_reference_from_json(const Json& value) {
    if (!value.is_object()) {
        return tl::unexpected(json_error(value.position(),
                                         "expected { \"file\": PATH } or { \"credential\": NAME }, "
                                         "since a secret does not belong into the configuration"));
    }
    JsonReader in(value);
    const auto credential = in.optional_string("credential");
    const auto file = in.optional_string("file");
    if (credential.has_value() == file.has_value()) {
        in.refuse(json_error(value.position(), "expected either \"file\" or \"credential\""));
    }
    SecretReference reference;
    if (credential) reference = {.path = credential_path(in, *credential), .guard = Guard::kServiceManager};
    if (file) {
        if (!file->starts_with('/')) in.refuse("file", "expected an absolute path");
        reference = {.path = *file, .guard = Guard::kFileMode};
    }
    AGENT_CHECK(in.finish());
    return reference;
}

Result<SecretString> read_secret(const SecretReference& reference) {
    AGENT_TRY(const SecretString text, read_file(reference.path, reference.guard));
    std::string_view secret = text.reveal();
    if (secret.ends_with('\n')) secret.remove_suffix(1);
    if (secret.ends_with('\r')) secret.remove_suffix(1);
    if (secret.empty()) return fail(Error::Code::kBadRequest, reference.path + ": holds no secret");
    return SecretString(secret);
}

}  // namespace agent
