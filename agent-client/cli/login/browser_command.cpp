// SPDX-License-Identifier: Apache-2.0
#include "cli/login/browser_command.h"

#include <algorithm>
#include <utility>

namespace agent {

namespace {

/// Reads one command up to a colon that is not quoted.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }

    Words command() {
        Words words;
        std::string word;
        bool begun = false;  // an empty word may be quoted
        while (!rest_.empty()) {
            const char c = take();
            if (c == ':') break;
            if (c == ' ' || c == '\t') {
                if (begun) words.push_back(std::exchange(word, {}));
                begun = false;
                continue;
            }
            begun = true;
            if (c == '\'') {
                word += until_quote();
            } else if (c == '"') {
                word += until_double_quote();
            } else {
                word += c == '\\' && !rest_.empty() ? take() : c;
            }
        }
        if (begun) words.push_back(word);
        return words;
    }

  private:
    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    std::string until_quote() {
        const std::string text(rest_.substr(0, rest_.find('\'')));
        rest_.remove_prefix(std::min(text.size() + 1, rest_.size()));
        return text;
    }

    std::string until_double_quote() {
        std::string text;
        while (!rest_.empty()) {
            const char c = take();
            if (c == '"') break;
            const bool escapes =
                c == '\\' && !rest_.empty() && std::string_view("\"\\$`").find(rest_.front()) != std::string_view::npos;
            text += escapes ? take() : c;
        }
        return text;
    }

    std::string_view rest_;
};

}  // namespace

std::vector<Words> browser_commands(std::string_view variable,
                                    const std::function<bool(const std::string&)>& is_program) {
    std::vector<Words> commands;
    Reader reader(variable);
    while (!reader.at_end()) {
        const std::string_view before = reader.rest();
        Words words = reader.command();
        const std::string as_written(before.substr(0, before.find(':')));
        if (words.size() > 1 && is_program(as_written)) words = {as_written};
        if (!words.empty()) commands.push_back(std::move(words));
    }
    return commands;
}

Words with_url(Words words, const std::string& url) {
    bool placed = false;
    for (std::string& word : words) {
        for (std::size_t at = word.find("%s"); at != std::string::npos; at = word.find("%s", at + url.size())) {
            word.replace(at, 2, url);
            placed = true;
        }
    }
    if (!placed) words.push_back(url);
    return words;
}

}  // namespace agent
