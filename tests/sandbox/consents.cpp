// SPDX-License-Identifier: Apache-2.0
#include "consents.h"

#include <algorithm>
#include <utility>

namespace agent::sandbox {

namespace {

constexpr std::chrono::minutes kLife{10};
constexpr std::size_t kMost = 1000;  // the oldest page makes room

}  // namespace

void Consents::open(std::string id, AuthorizationRequest request, WallTime now) {
    if (open_.size() == kMost) open_.pop_front();
    open_.push_back({.id = std::move(id), .request = std::move(request), .expires_at = now + kLife});
}

std::optional<AuthorizationRequest> Consents::take(std::string_view id, WallTime now) {
    const auto found = std::find_if(open_.begin(), open_.end(), [&](const Open& o) { return o.id == id; });
    if (found == open_.end()) return std::nullopt;
    Open taken = std::move(*found);
    open_.erase(found);
    if (now >= taken.expires_at) return std::nullopt;
    return std::move(taken.request);
}

}  // namespace agent::sandbox
