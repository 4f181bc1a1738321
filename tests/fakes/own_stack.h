// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

namespace fakes {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSeesStacks = false;  // what is watched may lie elsewhere
#else
inline constexpr bool kSeesStacks = true;
#endif

/// Runs `work` on a stack of its own, and returns what it left there.
inline std::string stack_after(const std::function<void()>& work) {
    constexpr std::size_t kSize = std::size_t{1} << 20;
    constexpr std::size_t kPage = 4096;
    void* const stack = std::aligned_alloc(kPage, kSize);
    if (stack == nullptr) std::abort();
    pthread_attr_t attributes{};
    pthread_t thread{};
    ::pthread_attr_init(&attributes);
    if (::pthread_attr_setstack(&attributes, stack, kSize) != 0) std::abort();
    const auto run = [](void* given) -> void* {
        [[maybe_unused]] volatile char room[kSize / 4];  // for what the end of the thread itself puts there
        room[0] = 0;
        (*static_cast<const std::function<void()>*>(given))();
        return nullptr;
    };
    if (::pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)) != 0) std::abort();
    ::pthread_join(thread, nullptr);
    ::pthread_attr_destroy(&attributes);
    std::string left(static_cast<const char*>(stack), kSize);
    std::free(stack);
    return left;
}

/// What a careless function does: for a test that shows that it looks in the right place.
inline void leave_on_the_stack(std::string_view secret) {
    volatile char copy[256] = {};
    for (std::size_t i = 0; i < secret.size() && i < sizeof copy; ++i) copy[i] = secret[i];
}

}  // namespace fakes
