// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// Lower-case hexadecimal.
[[nodiscard]] std::string hex(std::span<const std::byte> bytes);
/// The same for a secret.
[[nodiscard]] SecretString secret_hex(std::span<const std::byte> bytes);
/// The bytes that hexadecimal digits of either case encode. Nullopt for an odd number of digits or any other character.
[[nodiscard]] std::optional<SecretString> hex_decode(std::string_view digits);
/// RFC 4648 section 5 without padding, as RFC 7636 requires.
[[nodiscard]] std::string base64url(std::span<const std::byte> bytes);
/// The same for a secret.
[[nodiscard]] SecretString secret_base64url(std::span<const std::byte> bytes);
/// Decodes it. Nullopt for any other character, including padding, and for leftover bits.
[[nodiscard]] std::optional<SecretString> base64url_decode(std::string_view text);
/// RFC 4648 section 4 with padding, for HTTP Basic. The result holds a secret.
[[nodiscard]] SecretString base64(std::string_view bytes);

/// Percent-encodes all except RFC 3986 unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// The same for a secret, appended to a body.
void append_percent_encoded(SecretBuffer& out, std::string_view text);
/// Undoes percent-encoding; with `plus_is_space` also application/x-www-form-urlencoded. Nullopt for a `%` that is not
/// followed by two hexadecimal digits.
[[nodiscard]] std::optional<SecretString> percent_decode(std::string_view text, bool plus_is_space);

/// For text and attribute values of an HTML page.
[[nodiscard]] std::string html_escape(std::string_view text);

/// The parameters of a query or form body, decoded, in order; a name may occur more than once.
class FormParameters {
  public:
    /// Fails with kBadRequest for invalid percent-encoding or more than 64 parameters.
    [[nodiscard]] static Result<FormParameters> parse(std::string_view text);
    /// The value, or nullopt if the parameter is absent. A duplicate counts as absent: RFC 6749 section 3.1 forbids it,
    /// and guessing which one was meant enables parameter smuggling.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] const std::vector<std::pair<std::string, SecretString>>& all() const noexcept { return parameters_; }

  private:
    std::vector<std::pair<std::string, SecretString>> parameters_;
};

}  // namespace agent
