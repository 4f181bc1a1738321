// SPDX-License-Identifier: Apache-2.0
#include "simulation/statistics.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <string_view>

namespace agent::sim {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Count::kCount)> kCountWords = {
    "seeds",
    "simulated seconds",
    "events",
    "crashes",
    "times locked",
    "orderly stops",
    "rotations of the data key",
    "key slots added",
    "accounts restored from a backup",
    "apps registered that nobody uses",
    "reloads of the configuration",
    "clock steps",
    "sleeps of the machine",
    "commits refused by the disk",
    "refresh requests",
    "token sets made durable",
    "logins",
    "removals",
    "calls",
    "tokens handed out",
    "calls given up early",
    "grants ended by a person",
    "grants lost inside the named window",
    "grants lost outside of it",
};

constexpr std::array<std::string_view, static_cast<std::size_t>(Peak::kCount)> kPeakWords = {
    "the most requests for one account to a dead endpoint in a week of no disturbance",
    "the longest recovery after the last fault, in seconds",
};

void line(std::ostream& out, std::string_view word, std::uint64_t count) {
    out << std::setw(12) << count << "  " << word << '\n';
}

}  // namespace

void Statistics::reached(Peak what, std::uint64_t value) {
    std::uint64_t& peak = peaks_.at(static_cast<std::size_t>(what));
    peak = std::max(peak, value);
}

void Statistics::add(const Statistics& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_.at(i) += other.counts_.at(i);
    for (std::size_t i = 0; i < faults_.size(); ++i) faults_.at(i) += other.faults_.at(i);
    for (std::size_t i = 0; i < peaks_.size(); ++i) reached(static_cast<Peak>(i), other.peaks_.at(i));
}

void Statistics::print(std::ostream& out) const {
    constexpr std::uint64_t kDay = 86400;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (static_cast<Count>(i) == Count::kSeconds)
            line(out, "simulated days", counts_.at(i) / kDay);
        else
            line(out, kCountWords.at(i), counts_.at(i));
    }
    for (std::size_t i = 1; i < faults_.size(); ++i)
        line(out, "requests with fault: " + std::string(to_string(static_cast<Fault>(i))), faults_.at(i));
    for (std::size_t i = 0; i < peaks_.size(); ++i) line(out, kPeakWords.at(i), peaks_.at(i));
}

}  // namespace agent::sim
