// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class Tone { kPlain, kHeading, kGood, kWarning, kBad };

/// One field of a table. Its text is made printable.
struct Cell {
    Cell(std::string_view raw, Tone its_tone = Tone::kPlain);
    Cell(const char* raw) : Cell(std::string_view(raw)) {}
    Cell(const std::string& raw) : Cell(std::string_view(raw)) {}

    std::string text;
    Tone tone;
};

using Row = std::vector<Cell>;

/// The rows below each other, columns aligned and two spaces apart, no space at the end of a line. Rows may differ in
/// length.
[[nodiscard]] std::string render_table(const std::vector<Row>& rows, bool colour);

/// The same rows, no line wider than `width` columns as far as that can be: the widest texts are cut and end in "…".
[[nodiscard]] std::vector<Row> fit_table(std::vector<Row> rows, std::size_t width);

}  // namespace agent
