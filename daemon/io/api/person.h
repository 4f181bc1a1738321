// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "io/api/routes.h"

namespace agent {

/// Runs `action` once it is known that a person wants it: the peer is root, has a `proof` from POST /v1/proofs, or no
/// key slot is a person's. Otherwise answers with kProofRequired. `action` answers the reply that it is given, at once
/// or later; an error that it returns is answered here.
[[nodiscard]] Result<std::unique_ptr<Waiting>> with_person(
    Api& api, const ApiCall& call, std::string_view proof, ApiReply& reply,
    std::function<Result<std::unique_ptr<Waiting>>(ApiReply& reply)> action);

}  // namespace agent
