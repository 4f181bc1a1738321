// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fakes {

/// Host names in this program are looked up by these: libcurl's getaddrinfo is replaced. A name that ends in
/// ".invalid" does not exist, and one that ends in ".slow.invalid" is looked up until release_resolver().
void release_resolver() noexcept;
/// Blocks until somebody looks up a slow name.
void await_slow_lookup() noexcept;

}  // namespace fakes
