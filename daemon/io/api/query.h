// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "base/text/encoding.h"

namespace agent {

/// The query of a request. Everything in it must be known to the route, for a misspelt parameter that is passed over
/// does something else than its caller believes.
class Query {
  public:
    /// Fails with kBadRequest, and names the parameter, for one that is not `known` or stands twice.
    [[nodiscard]] static Result<Query> parse(std::string_view text, std::initializer_list<std::string_view> known);

    /// `absent` when the parameter is not there; kBadRequest when it is not a whole number in the range.
    [[nodiscard]] Result<std::int64_t> integer(std::string_view name, std::int64_t absent, std::int64_t least,
                                               std::int64_t most) const;
    /// "true" or "false".
    [[nodiscard]] Result<bool> boolean(std::string_view name, bool absent) const;

  private:
    explicit Query(FormParameters parameters) noexcept : parameters_(std::move(parameters)) {}

    FormParameters parameters_;
};

}  // namespace agent
