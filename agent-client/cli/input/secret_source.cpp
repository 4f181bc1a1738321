// SPDX-License-Identifier: Apache-2.0
#include "cli/input/secret_source.h"

#include <unistd.h>

#include <array>
#include <string_view>

#include "cli/display/output.h"
#include "cli/input/ask_password.h"
#include "cli/input/input.h"
#include "cli/input/terminal_prompt.h"
#include "cli/input/weak_passphrase.h"

namespace agent {

Reply<SecretSource> SecretSource::chosen_by(const Arguments& arguments) {
    const bool from_input = arguments.has("stdin");
    const bool by_systemd = arguments.has("ask-password");
    constexpr std::array<std::string_view, 2> kSources{"stdin", "ask-password"};
    AGENT_CHECK(at_most_one(arguments, kSources));
    const bool at_terminal = !from_input && ::isatty(STDIN_FILENO) == 1;
    const Kind kind = by_systemd ? Kind::kSystemd : at_terminal ? Kind::kTerminal : Kind::kStandardInput;
    return SecretSource(kind, arguments.has("accept-weak"));
}

Reply<std::optional<SecretString>> SecretSource::read_line_of(const std::string& what) const {
    switch (kind_) {
        case Kind::kTerminal:
            return ask_on_terminal(what + ": ", "give --stdin or --ask-password");
        case Kind::kSystemd:
            return ask_by_systemd(what + ":");
        case Kind::kStandardInput:
            break;
    }
    AGENT_TRY(auto line, read_line(STDIN_FILENO, kLongestSecret, Patience::without_end()));
    if (!line) {
        return fail(Error::Code::kBadRequest,
                    "standard input ended without a secret; run clioctl on a terminal, or use --ask-password");
    }
    return line;
}

Reply<SecretString> SecretSource::read(const std::string& what) const {
    AGENT_TRY(auto line, read_line_of(what));
    return as_secret(std::move(line));
}

Reply<SecretString> SecretSource::read_strong(const std::string& what) const {
    while (true) {
        AGENT_TRY(SecretString secret, read(what));
        const std::string_view weakness = accepts_weak_ ? "" : why_weak(secret.reveal());
        if (weakness.empty()) return secret;
        const std::string refusal = "the passphrase " + std::string(weakness);
        if (kind_ == Kind::kStandardInput)
            return fail(Error::Code::kBadRequest, refusal + "; choose another, or insist with --accept-weak");
        tell(refusal + "; choose another. (--accept-weak lets you insist.)\n");
    }
}

Reply<SecretString> SecretSource::read_new(const std::string& what) const {
    AGENT_TRY(SecretString secret, read_strong("New " + what));
    if (kind_ == Kind::kStandardInput) return secret;
    AGENT_TRY(const SecretString again, read("New " + what + " again"));
    if (!again.equals(secret.reveal())) return fail(Error::Code::kBadRequest, "the two entries do not match");
    return secret;
}

}  // namespace agent
