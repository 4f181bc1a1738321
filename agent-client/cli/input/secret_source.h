// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/secret/secret.h"
#include "cli/command_line/arguments.h"
#include "lib/failure.h"

namespace agent {

/// Where passphrases and recovery keys come from: a line of standard input with --stdin, systemd-ask-password with
/// --ask-password. With neither, a prompt if standard input is a terminal, otherwise a line of standard input, so that
/// a script never hangs on a prompt that nobody sees.
class SecretSource {
  public:
    /// Fails with "usage" when both options are given.
    [[nodiscard]] static Reply<SecretSource> chosen_by(const Arguments& arguments);

    /// Reads the next secret; `what` names it in the prompt. Fails with "bad_request" if it is missing, empty or not
    /// UTF-8.
    [[nodiscard]] Reply<SecretString> read(const std::string& what) const;
    /// Reads a new secret, which a person types twice. Also fails with "bad_request" if the two differ. A weak one is
    /// asked for again, or refused where nobody is asked, unless --accept-weak is given.
    [[nodiscard]] Reply<SecretString> read_new(const std::string& what) const;

  private:
    enum class Kind { kTerminal, kStandardInput, kSystemd };

    SecretSource(Kind kind, bool accepts_weak) noexcept : kind_(kind), accepts_weak_(accepts_weak) {}
    [[nodiscard]] Reply<SecretString> read_strong(const std::string& what) const;
    [[nodiscard]] Reply<std::optional<SecretString>> read_line_of(const std::string& what) const;

    Kind kind_;
    bool accepts_weak_;
};

}  // namespace agent
