// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

/// A directory of one test's own, removed with all that is in it.
class TempDir {
  public:
    TempDir() {
        std::string path = std::filesystem::temp_directory_path() / "cliod-test-XXXXXX";
        cr_assert_not_null(::mkdtemp(path.data()));
        path_ = path;
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    /// The path of `name` in it.
    [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

    /// Writes a file and returns its path.
    std::string write(std::string_view name, std::string_view text, mode_t mode = 0600) const {
        std::string path = *this / name;
        std::ofstream(path, std::ios::binary) << text;
        cr_assert(::chmod(path.c_str(), mode) == 0);
        return path;
    }

    [[nodiscard]] static std::string read(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    std::string path_;
};
