// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "base/text/encoding.h"

namespace agent {

/// The query of a request. The route must know every parameter: silently ignoring a misspelt one would not do what its
/// caller expects.
class Query {
  public:
    /// Fails with kBadRequest, naming the parameter, for one that is not `known` or is given twice.
    [[nodiscard]] static Result<Query> parse(std::string_view text, std::initializer_list<std::string_view> known);

    /// Returns `absent` if the parameter is missing; fails with kBadRequest if it is not a whole number in range.
    [[nodiscard]] Result<std::int64_t> integer(std::string_view name, std::int64_t absent, std::int64_t least,
                                               std::int64_t most) const;
    /// Empty if the parameter is missing.
    [[nodiscard]] std::string_view text(std::string_view name) const;
    /// "true" or "false".
    [[nodiscard]] Result<bool> boolean(std::string_view name, bool absent) const;

  private:
    explicit Query(FormParameters parameters) noexcept : parameters_(std::move(parameters)) {}

    FormParameters parameters_;
};

}  // namespace agent
