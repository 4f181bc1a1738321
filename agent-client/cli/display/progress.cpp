// SPDX-License-Identifier: Apache-2.0
#include "cli/display/progress.h"

#include <unistd.h>

#include <utility>

#include "cli/display/output.h"
#include "cli/display/text.h"

namespace agent {

namespace {

constexpr std::size_t kBar = 20;

}  // namespace

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)), total_(total), on_terminal_(is_watched()), began_(std::chrono::steady_clock::now()) {}

bool Progress::is_watched() {
    return ::isatty(STDERR_FILENO) == 1;
}

void Progress::show(std::size_t done) {
    done_ = done;
    if (!on_terminal_) return;
    hide();
    const auto taken = std::chrono::steady_clock::now() - began_;
    tell(progress_text(what_, done_, total_, std::chrono::floor<std::chrono::seconds>(taken)));
    shown_ = true;
}

void Progress::hide() {
    if (std::exchange(shown_, false)) tell("\r\x1b[K");
}

std::string progress_text(const std::string& what, std::size_t done, std::size_t total, std::chrono::seconds taken) {
    const std::size_t filled = done >= total ? kBar : done * kBar / total;
    std::string text = "[" + std::string(filled, '=') + std::string(kBar - filled, ' ') + "] " + std::to_string(done) +
                       " of " + std::to_string(total) + " " + what;
    if (done == 0 || done >= total || taken.count() == 0) return text;
    const auto left = taken.count() * static_cast<std::int64_t>(total - done) / static_cast<std::int64_t>(done);
    return text + ", " + duration_text(left) + " left";
}

}  // namespace agent
