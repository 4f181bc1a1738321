// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "source_root.h"

/// The text of a document in daemon/.
inline std::string document(const std::string& name) {
    std::ifstream file(source_path("daemon/" + name));
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The diagram that the document of a state machine shows, drawn from the machine's table.
template <class Rows>
std::string diagram_of(const Rows& rows) {
    std::string text = "```mermaid\nstateDiagram-v2\n";
    for (const auto& row : rows) {
        text.append("    ").append(to_string(row.from)).append(" --> ").append(to_string(row.to));
        text.append(": ").append(to_string(row.on)).append(" / ").append(to_string(row.action)).append("\n");
    }
    return text + "```\n";
}
