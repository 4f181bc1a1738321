// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json_writer.h"
#include "cli/command_line/arguments.h"
#include "lib/failure.h"

namespace agent {

/// An option of `clioctl app add` whose value is a member of the app's description (schema "app_description").
struct AppField {
    enum class Need { kAlways, kPlatform, kNever };  // kPlatform: with that product, and with no other

    std::string_view option;
    std::string_view member;
    Need need;
    std::string_view question;  // for a person on a terminal; empty if it is not asked for
    /// Why `value` cannot be one; empty if it can.
    std::string (*why_not)(std::string_view value) = nullptr;
    bool may_repeat = false;  // then several are an array
};

[[nodiscard]] std::span<const AppField> app_fields() noexcept;

/// The options as given, and what a person adds on a terminal.
class AppForm {
  public:
    /// Asks for what is missing if there is a terminal and `arguments` do not say --json. Fails with "usage", which
    /// names the option, the value and what is allowed.
    [[nodiscard]] static Reply<AppForm> fill(const Arguments& arguments);

    /// Writes the members into an object that has begun.
    void write(JsonWriter& out) const;

  private:
    struct Value {
        const AppField* field;
        std::string text;
    };

    [[nodiscard]] bool needs(const AppField& field) const;
    [[nodiscard]] const Value* find(std::string_view option) const;
    [[nodiscard]] Reply<void> take(const Arguments& arguments, const AppField& field, std::string_view value);
    [[nodiscard]] Reply<void> take_given(const Arguments& arguments);
    [[nodiscard]] Reply<void> ask(const Arguments& arguments, const AppField& field);

    std::vector<Value> values_;
};

/// The agent's refusal of a description in the words of the command line: "--redirect-uri: reason" for
/// "line 1, column 9: "redirect_uri": reason".
[[nodiscard]] std::string in_words_of_options(std::string_view detail);

/// Why an app cannot be sent back to `uri`; empty if it can. `lowest_port` is the first that any user may open.
[[nodiscard]] std::string why_not_redirect_uri(std::string_view uri, int lowest_port);

}  // namespace agent
