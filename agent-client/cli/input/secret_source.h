// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/secret/secret.h"
#include "cli/arguments.h"
#include "lib/failure.h"

namespace agent {

/// Where passphrases and recovery keys come from: a line of standard input with --stdin, systemd-ask-password with
/// --ask-password. With neither, a person at the terminal where standard input is one, else a line of standard input: a
/// script is never held up by a question that nobody may see.
class SecretSource {
  public:
    /// Fails with "usage" when both options are given.
    [[nodiscard]] static Reply<SecretSource> chosen_by(const Arguments& arguments);

    /// Reads the next secret, asking for it by the name of `what`. Fails with "bad_request" for one that is empty or no
    /// UTF-8, and where there is none.
    [[nodiscard]] Reply<SecretString> read(const std::string& what) const;
    /// Reads one that is new, which a person types twice. Fails also with "bad_request" when the two differ.
    [[nodiscard]] Reply<SecretString> read_new(const std::string& what) const;

  private:
    enum class Kind { kTerminal, kStandardInput, kSystemd };

    explicit SecretSource(Kind kind) noexcept : kind_(kind) {}
    [[nodiscard]] Reply<std::optional<SecretString>> read_line_of(const std::string& what) const;

    Kind kind_;
};

}  // namespace agent
