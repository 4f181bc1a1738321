// SPDX-License-Identifier: Apache-2.0
#include "io/process/memory_hooks.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/secret/secret.h"

namespace agent {

namespace {

void wiping_free(void* block) noexcept {
    if (block == nullptr) return;
    wipe(block, ::malloc_usable_size(block));
    std::free(block);
}

// Never std::realloc: when it moves a block, it does not wipe the old one.
void* wiping_realloc(void* block, std::size_t size) noexcept {
    if (block == nullptr) return std::malloc(size);
    const std::size_t old_size = ::malloc_usable_size(block);
    if (size != 0 && size <= old_size && size >= old_size / 2) return block;
    void* const moved = std::malloc(size);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, block, std::min(old_size, size));
    wiping_free(block);
    return moved;
}

char* plain_strdup(const char* text) noexcept {
    return ::strdup(text);
}

void* openssl_malloc(std::size_t size, const char*, int) noexcept {
    return std::malloc(size);
}

void* openssl_realloc(void* block, std::size_t size, const char*, int) noexcept {
    if (size != 0) return wiping_realloc(block, size);
    wiping_free(block);  // what OpenSSL's own CRYPTO_realloc does
    return nullptr;
}

void openssl_free(void* block, const char*, int) noexcept {
    wiping_free(block);
}

}  // namespace

Result<void> install_memory_hooks() {
    // OpenSSL first, because curl_global_init makes it allocate.
    if (::CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1) {
        return fail(Error::Code::kInternal, "memory: OpenSSL was in use before its memory hooks were set");
    }
    if (::curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, wiping_free, wiping_realloc, plain_strdup,
                               std::calloc) != CURLE_OK) {
        return fail(Error::Code::kInternal, "memory: libcurl cannot be initialised");
    }
    ::event_set_mem_functions(std::malloc, wiping_realloc, wiping_free);
    return {};
}

}  // namespace agent
