// SPDX-License-Identifier: Apache-2.0
// A file that is given to `clioctl restore`: read twice, as the command does.
//
// Input: the file.
#include "cli/input/backup_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/fd.h"
#include "target.h"

namespace {

agent::Fd file_of(std::string_view content) {
    agent::Fd fd(::memfd_create("backup", MFD_CLOEXEC));
    FUZZ_ASSERT(fd && ::write(fd.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    return fd;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    const agent::Fd fd = file_of(content);
    const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
    const auto file = agent::BackupFile::read(path);
    if (!file) {
        FUZZ_ASSERT(file.error().code == "bad_request" && file.error().detail.starts_with(path + ": "));
        return 0;
    }
    FUZZ_ASSERT(file->records() + 2 == std::count(content.begin(), content.end(), '\n') + (content.back() != '\n'));
    std::int64_t taken = 0;
    const auto all = file->each_record([&](std::string_view line) -> agent::Reply<void> {
        ++taken;
        const auto record = agent::Json::parse(line);
        FUZZ_ASSERT(record && record->find("sealed") != nullptr);
        return {};
    });
    FUZZ_ASSERT(all && taken == file->records());
    if (file->kdf() != nullptr) {
        agent::JsonWriter out;
        out.begin_object();
        if (!agent::write_kdf(out, *file->kdf())) return 0;
        out.end_object();
        FUZZ_ASSERT(agent::Json::parse(out.view()));
    }
    return 0;
}
