// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/kept_key.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/bytes.h"
#include "expect.h"
#include "fakes/sealing.h"

using namespace agent;
using fakes::need_sealing;

namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Fd memory_with(const std::string& content, int seals) {
    Fd memory(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    cr_assert(memory && ::write(memory.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    if (seals != 0) cr_assert(::fcntl(memory.get(), F_ADD_SEALS, seals) == 0);
    return memory;
}

}  // namespace

TestSuite(kept_key, .init = need_sealing);

Test(kept_key, is_read_from_sealed_memory) {
    const std::string raw(SealingKey::kSize, 'k');
    const auto key = read_kept_key(memory_with(raw, kSeals));
    cr_assert(key);
    EXPECT_TEXT(as_text(key->raw()), raw);
}

Test(kept_key, is_not_read_from_anything_else) {
    struct Row {
        std::size_t size;
        int seals;
        const char* what;
    };
    const Row rows[] = {
        {SealingKey::kSize, 0, "not sealed"},
        {SealingKey::kSize, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW, "can still be written to"},
        {SealingKey::kSize, kSeals & ~F_SEAL_SEAL, "its seals may change"},
        {SealingKey::kSize - 1, kSeals, "too short"},
        {SealingKey::kSize + 1, kSeals, "too long"},
        {0, kSeals, "empty"},
    };
    for (const Row& row : rows) {
        const auto key = read_kept_key(memory_with(std::string(row.size, 'k'), row.seals));
        cr_assert_not(key, "%s", row.what);
        cr_expect(key.error().code == Error::Code::kConflict);
    }
    cr_expect_not(read_kept_key(Fd()));
}
