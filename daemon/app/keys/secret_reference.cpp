// SPDX-License-Identifier: Apache-2.0
#include "app/keys/secret_reference.h"

#include <cstdlib>

#include "base/json/json_reader.h"

namespace agent {

Result<SecretReference> credential_reference(const std::string& name) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
        return fail(Error::Code::kBadRequest, "expected the name of a credential, without slashes");
    if (folder == nullptr)
        return fail(Error::Code::kBadRequest,
                    "$CREDENTIALS_DIRECTORY is not set: only a service started by systemd has credentials");
    return SecretReference{.path = std::string(folder) + "/" + name, .guard = Guard::kServiceManager};
}

Result<SecretReference> secret_reference_from_json(const Json& value) {
    if (!value.is_object()) {
        return tl::unexpected(json_error(value.position(),
                                         "expected { \"file\": PATH } or { \"credential\": NAME }, "
                                         "since a secret does not belong in the configuration"));
    }
    JsonReader in(value);
    const auto credential = in.optional_string("credential");
    const auto file = in.optional_string("file");
    if (credential.has_value() == file.has_value()) {
        in.refuse(json_error(value.position(), "expected either \"file\" or \"credential\""));
    }
    SecretReference reference;
    if (credential) {
        if (auto named = credential_reference(*credential))
            reference = *std::move(named);
        else
            in.refuse("credential", named.error().message);
    }
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
    if (secret.empty()) return fail(Error::Code::kBadRequest, reference.path + ": contains no secret");
    return SecretString(secret);
}

}  // namespace agent
