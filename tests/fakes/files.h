// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace fakes {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// For its owner alone.
inline void write_file(const std::filesystem::path& path, std::string_view text) {
    namespace fs = std::filesystem;
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

inline unsigned mode_of(const std::filesystem::path& path) {
    struct stat status {};
    cr_assert(::stat(path.c_str(), &status) == 0, "%s", path.c_str());
    return status.st_mode & 07777U;
}

}  // namespace fakes
