// SPDX-License-Identifier: Apache-2.0
//
// Lets Criterion start under ThreadSanitizer, on x86-64.
//
// Criterion runs each test in a separate process, and passes data through memory at the same address in both. BoxFort
// chooses the address with rand_r() between 0x200000000000 and 0x600000000000. ThreadSanitizer allows only
// 0x550000000000 to 0x568000000000 of this, so Criterion almost always fails with "Could not initialize inheritable
// arena". This rand_r() replaces the C library's, and returns addresses above the highest one that the kernel gives to
// a program's code.
#include <cstdlib>

extern "C" int rand_r(unsigned int* seed) noexcept {
    constexpr unsigned kFirst = 0x365600;  // that many times 16 MiB above BoxFort's lowest: 0x565600000000
    constexpr unsigned kPlaces = 0x2a00;
    *seed = *seed * 1103515245U + 12345U;  // the example of a rand() in POSIX
    return static_cast<int>(kFirst + *seed / 65536U % kPlaces);
}
