// SPDX-License-Identifier: Apache-2.0
#include "cli/display/table.h"

#include <algorithm>

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

}  // namespace

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
            gap = (cell.text.empty() ? gap : 0) + widths[i] - columns(cell.text) + 2;
        }
        out += '\n';
    }
    return out;
}

}  // namespace agent
