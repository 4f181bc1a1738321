// SPDX-License-Identifier: Apache-2.0
//
// Lets Criterion start under ThreadSanitizer, on x86-64.
//
// Criterion runs each test in a process of its own, and hands things over in memory that has the same address in both.
// BoxFort, which does that for it, draws the address by rand_r() from all between 0x200000000000 and 0x600000000000.
// Of these ThreadSanitizer leaves a program those from 0x550000000000 to 0x568000000000 and refuses to map the others,
// so that nearly always "Could not initialize inheritable arena" is all that Criterion says. This rand_r() takes the
// place of the C library's, and draws from what lies above the highest address that the kernel gives a program's code.
#include <cstdlib>

extern "C" int rand_r(unsigned int* seed) noexcept {
    constexpr unsigned kFirst = 0x365600;  // that many times 16 MiB above BoxFort's lowest: 0x565600000000
    constexpr unsigned kPlaces = 0x2a00;
    *seed = *seed * 1103515245U + 12345U;  // the example of a rand() in POSIX
    return static_cast<int>(kFirst + *seed / 65536U % kPlaces);
}
