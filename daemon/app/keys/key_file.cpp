// SPDX-License-Identifier: Apache-2.0
#include "app/keys/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "app/start/file_text.h"
#include "base/fd.h"
#include "base/text/encoding.h"
#include "io/store/folder.h"

namespace agent {

namespace {

Result<void> write_synced(const std::string& path, std::string_view text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return system_error(path, errno);
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0) return system_error(path, errno);
    // Only a full disk truncates a write of so few bytes.
    if (static_cast<std::size_t>(written) != text.size()) return system_error(path, ENOSPC);
    if (::fsync(file.get()) != 0) return system_error(path, errno);
    return {};
}

/// link(2) instead of rename(2), which would replace an existing key.
Result<void> put_in_place(const std::string& made, const std::string& path) {
    if (::link(made.c_str(), path.c_str()) == 0) return {};
    if (errno == EEXIST) return fail(Error::Code::kConflict, path + ": a key already exists");
    return system_error(path, errno);
}

}  // namespace

Result<SealingKey> read_key(const SecretReference& reference) {
    AGENT_TRY(const SecretString text, read_secret(reference));
    const auto raw = hex_decode(text.reveal());
    if (!raw || raw->size() != SealingKey::kSize) {
        return fail(Error::Code::kBadRequest, reference.path + ": not a key: expected 64 hexadecimal digits");
    }
    return SealingKey::from_raw(as_bytes(raw->reveal()));
}

Result<SealingKey> make_key_file(const std::string& path) {
    AGENT_TRY(SealingKey key, SealingKey::generate());
    const std::string unfinished = path + ".new";
    ::unlink(unfinished.c_str());  // of an interrupted start
    SecretBuffer text;
    text.append(secret_hex(key.raw()).reveal());
    text.append("\n");
    Result<void> made = write_synced(unfinished, text.view());
    if (made) made = put_in_place(unfinished, path);
    ::unlink(unfinished.c_str());
    if (const int error = made ? sync_folder_of(path) : 0; error != 0)
        made = system_error(path.substr(0, path.rfind('/') + 1), error);
    if (!made) return tl::unexpected(std::move(made).error());
    return key;
}

}  // namespace agent
