// SPDX-License-Identifier: Apache-2.0
#include "cli/input/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>
#include <utility>

#include "lib/folder.h"
#include "lib/members.h"
#include "protocol/limits.h"

namespace agent {

namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::string_view kVersionMember = "clio_agent_backup";
constexpr std::size_t kLongestLine = limits::kBodyBytes - 1024;  // so that it fits in a request

/// The next line, or nullopt at the end of the file. Cuts a line that is too long.
std::optional<std::string> next_line(std::ifstream& in) {
    std::string line(kLongestLine + 2, '\0');
    in.getline(line.data(), static_cast<std::streamsize>(line.size()));
    const auto size = static_cast<std::size_t>(in.gcount());
    if (size == 0) return std::nullopt;
    // gcount() includes the newline, which is missing at the end of the file and after a cut.
    line.resize(in.good() ? size - 1 : size);
    return line;
}

tl::unexpected<Error> already_exists(const std::string& path) {
    return fail(Error::Code::kConflict, path + ": already exists; a backup never overwrites a file");
}

/// The name of a new file is durable once its folder is.
int sync_folder(const std::string& folder) {
    const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fd && ::fsync(fd.get()) == 0 ? 0 : errno;
}

}  // namespace

Reply<void> write_kdf(JsonWriter& out, const Json& kdf) {
    out.key("kdf").begin_object();
    for (const char* number : {"operations", "memory"}) {
        AGENT_TRY(const auto value, need_integer(kdf, number));
        out.member(number, value);
    }
    AGENT_TRY(const auto salt, need_string(kdf, "salt"));
    out.member("salt", salt).end_object();
    return {};
}

NewBackupFile::~NewBackupFile() {
    if (fd_) ::unlink(path_.c_str());
}

Reply<void> NewBackupFile::may_be_at(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return already_exists(path);
    if (errno != ENOENT) return fail_errno(path, errno);
    const std::string folder = folder_of(path);
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return fail_errno(folder, errno);
    return {};
}

Reply<NewBackupFile> NewBackupFile::create(const std::string& path) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd && errno == EEXIST) return already_exists(path);
    if (!fd) return fail_errno(path, errno);
    return NewBackupFile(path, std::move(fd));
}

Reply<void> NewBackupFile::write(std::string_view line) {
    const std::string whole = std::string(line) + "\n";
    for (std::string_view left = whole; !left.empty();) {
        const ssize_t written = ::write(fd_.get(), left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno(path_, errno);
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Reply<void> NewBackupFile::keep() {
    if (::fsync(fd_.get()) != 0) return fail_errno(path_, errno);
    if (const int error = sync_folder(folder_of(path_)); error != 0) return fail_errno(folder_of(path_), error);
    fd_.reset();
    return {};
}

Reply<void> NewBackupFile::keep_instead_of(NewBackupFile& other) {
    if (::fsync(fd_.get()) != 0) return fail_errno(path_, errno);
    if (::rename(path_.c_str(), other.path_.c_str()) != 0) return fail_errno(path_, errno);
    fd_.reset();
    other.fd_.reset();
    if (const int error = sync_folder(folder_of(path_)); error != 0) return fail_errno(folder_of(path_), error);
    return {};
}

Reply<BackupFile> BackupFile::read(const std::string& path) {
    BackupFile file(path);
    std::ifstream in(path);
    if (!in) return fail_errno(path, errno);
    const auto head = next_line(in);
    if (!head) return file.refusal("is empty, or not a file");
    AGENT_CHECK(file.read_head(*head));
    while (const auto line = next_line(in)) {
        AGENT_TRY(const bool is_end, file.read_line(*line));
        if (!is_end) continue;
        if (in.peek() != std::ifstream::traits_type::eof()) return file.refusal("continues after its end");
        return file;
    }
    return file.refusal("is truncated: its end is missing");
}

Reply<void> BackupFile::read_head(std::string_view line) {
    auto head = Json::parse(line);
    const auto version = head ? head->find_integer(kVersionMember) : std::nullopt;
    if (!version) return refusal("is not a backup of clio-agent");
    if (*version != kVersion) return refusal("is in a backup format that this clioctl cannot read");
    head_ = *std::move(head);
    return {};
}

Reply<bool> BackupFile::read_line(std::string_view line) {
    const std::string where = "line " + std::to_string(records_.size() + 2);
    if (line.size() > kLongestLine) return refusal(where + " is too long");
    const auto json = Json::parse(line);
    if (!json || !json->is_object()) return refusal(where + " is not a JSON object: it is damaged or truncated");
    if (json->find("sealed") != nullptr) {
        if (!is_next(*json)) return refusal(where + " is a duplicate, or out of order");
        records_.push_back(std::hash<std::string_view>()(line));
        return false;
    }
    const auto end = json->find_string("end");
    if (!end) return refusal(where + " is neither a record nor the end");
    if (json->find_integer("records") != records())
        return refusal("has " + std::to_string(records_.size()) + " records, but its end gives a different number");
    end_ = *end;
    return true;
}

bool BackupFile::is_next(const Json& record) {
    const bool is_app = record.find_string("kind") == "app";
    std::string name(record.find_string("name").value_or(""));
    const bool in_order = is_app == last_is_app_ ? records_.empty() || name > last_name_ : last_is_app_;
    last_is_app_ = is_app;
    last_name_ = std::move(name);
    return in_order;
}

Reply<void> BackupFile::each_record(const Take& take) const {
    std::ifstream in(path_);
    auto line = next_line(in);  // the first line is not a record
    for (const std::size_t hash : records_) {
        line = next_line(in);
        if (!line || std::hash<std::string_view>()(*line) != hash) return refusal("changed while it was being read");
        AGENT_CHECK(take(*line));
    }
    return {};
}

tl::unexpected<Error> BackupFile::refusal(const std::string& what) const {
    return fail(Error::Code::kBadRequest, path_ + ": " + what);
}

}  // namespace agent
