// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What each fuzz target defines: deals with one input from its beginning to its end, and returns 0. Called by
/// libFuzzer with what it makes up, and by replay.cpp with the files of the corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Ends the process when something that holds for every input does not hold for this one.
#define FUZZ_ASSERT(condition)                                                                  \
    do {                                                                                        \
        if (!(condition)) {                                                                     \
            std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                       \
        }                                                                                       \
    } while (false)

/// Splits an input from its beginning; parts beyond its end are empty.
class FuzzInput {
  public:
    FuzzInput(const std::uint8_t* data, std::size_t size) noexcept : rest_(reinterpret_cast<const char*>(data), size) {}

    /// A number below `choices`, made of one byte: the letters from 'A' on choose 0, 1, 2 …, so that a corpus can be
    /// read.
    [[nodiscard]] std::size_t pick(std::size_t choices) noexcept {
        if (rest_.empty()) return 0;
        const auto byte = static_cast<unsigned char>(rest_.front() - 'A');
        rest_.remove_prefix(1);
        return byte % choices;
    }
    /// Up to the next '\n', which is dropped.
    [[nodiscard]] std::string_view line() noexcept {
        const std::size_t end = rest_.find('\n');
        const std::string_view taken = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        return taken;
    }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  private:
    std::string_view rest_;
};
