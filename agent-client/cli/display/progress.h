// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace agent {

/// How far long work has come, on standard error if that is a terminal, otherwise nothing. The line is taken off the
/// screen at the end.
class Progress {
  public:
    Progress(std::string what, std::size_t total);
    ~Progress() { hide(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Whether anybody sees it.
    [[nodiscard]] static bool is_watched();
    /// So many are done.
    void show(std::size_t done);
    /// One more is done.
    void step() { show(done_ + 1); }
    /// Makes room for other text; the next step shows the line again.
    void hide();

  private:
    std::string what_;
    std::size_t total_;
    std::size_t done_ = 0;
    bool on_terminal_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point began_;
};

/// "[=====     ] 5 of 10 accounts, 42 s left".
[[nodiscard]] std::string progress_text(const std::string& what, std::size_t done, std::size_t total,
                                        std::chrono::seconds taken);

}  // namespace agent
