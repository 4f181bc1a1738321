// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/display/token_view.h"
#include "cli/session.h"
#include "lib/token_call.h"

namespace agent {

namespace {

// As env(1) has them.
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;

/// This process's environment, with the token's variables replacing any of the same name.
class Environment {
  public:
    explicit Environment(const GivenToken& given) {
        set("CLIO_ACCESS_TOKEN=", given.access_token);
        set("CLIO_API_BASE=", given.api_base);
        set("CLIO_ACCOUNT=", given.account);
        for (char** entry = environ; *entry != nullptr; ++entry) {
            if (!is_set(*entry)) entries_.push_back(*entry);
        }
        for (SecretString& text : texts_) entries_.push_back(text.data());
        entries_.push_back(nullptr);
    }

    [[nodiscard]] char* const* get() const noexcept { return entries_.data(); }

  private:
    void set(std::string_view name, std::string_view value) {
        SecretString text(name.size() + value.size() + 1);
        char* end = std::copy(name.begin(), name.end(), text.data());
        std::copy(value.begin(), value.end(), end);
        names_.at(texts_.size()) = name;
        texts_.push_back(std::move(text));
    }

    [[nodiscard]] bool is_set(std::string_view entry) const {
        return std::any_of(names_.begin(), names_.end(),
                           [&](std::string_view name) { return entry.starts_with(name); });
    }

    std::array<std::string_view, 3> names_;
    std::vector<SecretString> texts_;
    std::vector<char*> entries_;
};

}  // namespace

Reply<int> run_program(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const auto min_ttl, min_ttl_for(arguments));
    AGENT_TRY(const GivenToken given, get_token(client, account_for(arguments), min_ttl));
    warn_of_token(given);
    const Environment environment(given);
    // Replaces this process: signals, terminal and exit status are then the program's own.
    ::execvpe(arguments.program.front(), arguments.program.data(), environment.get());
    const int error = errno;
    complain("run: " + std::string(arguments.program.front()) + ": " + errno_text(error));
    return error == ENOENT ? kNotFound : kCannotRun;
}

}  // namespace agent
