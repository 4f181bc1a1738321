// SPDX-License-Identifier: Apache-2.0
#include "fakes/slow_resolver.h"

#include <netdb.h>

#include <cstring>
#include <semaphore>
#include <string_view>

namespace fakes {

namespace {

std::binary_semaphore lookup_begun{0};
std::binary_semaphore lookup_may_end{0};

}  // namespace

void release_resolver() noexcept {
    lookup_may_end.release();
}

void await_slow_lookup() noexcept {
    lookup_begun.acquire();
}

}  // namespace fakes

// The names of libc, found before it by libcurl because this program has them.
extern "C" int getaddrinfo(const char* node, const char*, const addrinfo*, addrinfo** result) {
    *result = nullptr;
    if (std::string_view(node).ends_with(".slow.invalid")) {
        fakes::lookup_begun.release();
        fakes::lookup_may_end.acquire();
    }
    return EAI_NONAME;
}
