// SPDX-License-Identifier: Apache-2.0
#include "cli/display/table.h"

#include <algorithm>
#include <numeric>

#include "base/text/printable.h"
#include "base/text/utf8.h"
#include "cli/display/text.h"

namespace agent {

namespace {

std::string_view escape_of(Tone tone) {
    switch (tone) {
        case Tone::kHeading:
            return "\x1b[1m";
        case Tone::kGood:
            return "\x1b[32m";
        case Tone::kWarning:
            return "\x1b[33m";
        case Tone::kBad:
            return "\x1b[31m";
        case Tone::kPlain:
            break;
    }
    return {};
}

std::vector<std::size_t> widths_of(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i].text));
    }
    return widths;
}

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // what is shorter tells nothing

/// The first `width` columns of `text`, the last of them "…", if it has more.
std::string cut(const std::string& text, std::size_t width) {
    if (columns(text) <= width) return text;
    std::size_t size = 0;
    while (size < text.size()) {
        const std::size_t next = size + std::max<std::size_t>(utf8_length(std::string_view(text).substr(size)), 1);
        if (columns(std::string_view(text).substr(0, next)) > width - 1) break;
        size = next;
    }
    return text.substr(0, size) + "\u2026";
}

}  // namespace

std::vector<Row> fit_table(std::vector<Row> rows, std::size_t width) {
    std::vector<std::size_t> widths = widths_of(rows);
    if (widths.empty()) return rows;
    const auto total = [&] {
        return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + kGap * (widths.size() - 1);
    };
    while (total() > width) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= kNarrowest) break;
        --*widest;
    }
    for (Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) row[i].text = cut(row[i].text, widths[i]);
    }
    return rows;
}

Cell::Cell(std::string_view raw, Tone its_tone) : text(printable(raw)), tone(its_tone) {}

std::string render_table(const std::vector<Row>& rows, bool colour) {
    const std::vector<std::size_t> widths = widths_of(rows);
    std::string out;
    for (const Row& row : rows) {
        std::size_t gap = 0;  // spaces owed before the next text
        for (std::size_t i = 0; i < row.size(); ++i) {
            const Cell& cell = row[i];
            const std::string_view escape = colour ? escape_of(cell.tone) : std::string_view();
            if (!cell.text.empty()) out.append(gap, ' ').append(escape).append(cell.text);
            if (!cell.text.empty() && !escape.empty()) out += "\x1b[0m";
            gap = (cell.text.empty() ? gap : 0) + widths[i] - columns(cell.text) + kGap;
        }
        out += '\n';
    }
    return out;
}

}  // namespace agent
