// SPDX-License-Identifier: Apache-2.0
#include "base/secret/secret_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "base/json/json.h"
#include "base/json/json_writer.h"
#include "base/secret/secret.h"
#include "expect.h"

namespace {

constexpr std::size_t kRoom = std::size_t{256} * 1024;
std::vector<std::byte> room(kRoom);

bool is_in_room(const void* data) {
    const auto at = reinterpret_cast<std::uintptr_t>(data);
    const auto begin = reinterpret_cast<std::uintptr_t>(room.data());
    return at >= begin && at < begin + kRoom;
}

bool room_has(std::string_view text) {
    const std::string_view all(reinterpret_cast<const char*>(room.data()), kRoom);
    return all.find(text) != std::string_view::npos;
}

std::uint64_t told_overflows = 0;

void use_room() {
    agent::keep_secrets_in(room, [](std::uint64_t times) { told_overflows = times; });
}

}  // namespace

Test(secret_memory, is_the_heap_without_an_arena) {
    const agent::SecretString secret("a token");
    cr_expect_not(is_in_room(secret.reveal().data()));
}

Test(secret_memory, secrets_lie_in_the_arena_and_are_wiped, .init = use_room) {
    {
        const agent::SecretString secret("a token that is in use");
        cr_expect(is_in_room(secret.reveal().data()));
        cr_expect(room_has("a token that is in use"));
        agent::SecretBuffer buffer;
        buffer.append("another one");
        cr_expect(is_in_room(buffer.view().data()));
        const auto json = agent::Json::parse(R"({"access_token":"one that was parsed"})");
        cr_expect(is_in_room(json->find_string("access_token")->data()));
    }
    for (const char* text : {"a token that is in use", "another one", "one that was parsed"})
        cr_expect_not(room_has(text), "%s", text);
}

Test(secret_memory, is_used_again, .init = use_room) {
    for (int i = 0; i < 10'000; ++i) {
        const agent::SecretString first(std::size_t{40});
        const agent::SecretString second(std::size_t{4096});
        cr_assert(is_in_room(first.reveal().data()) && is_in_room(second.reveal().data()), "in round %d", i);
    }
}

Test(secret_memory, a_secret_of_any_size_lies_in_the_arena, .init = use_room) {
    const agent::SecretString large(kRoom / 2);
    cr_expect(is_in_room(large.reveal().data()));
    cr_expect_eq(agent::secret_memory().used, kRoom / 2);
    cr_expect_eq(agent::secret_memory().overflows, 0);
}

Test(secret_memory, what_does_not_fit_goes_to_the_heap_and_is_told, .init = use_room) {
    std::vector<agent::SecretString> many;
    many.reserve(200);
    for (int i = 0; i < 64; ++i) many.emplace_back(std::size_t{4096});
    cr_expect(is_in_room(many.back().reveal().data()));
    cr_expect_eq(told_overflows, 0);
    many.emplace_back(std::size_t{1});
    cr_expect_not(is_in_room(many.back().reveal().data()));
    cr_expect_eq(told_overflows, 1);
    many.emplace_back(std::size_t{1});
    cr_expect_eq(told_overflows, 2);
    cr_expect_eq(agent::secret_memory().overflows, 2);
    many.clear();
    const agent::SecretString after(kRoom);
    cr_expect(is_in_room(after.reveal().data()));
    cr_expect_eq(agent::secret_memory().used, kRoom);
}

Test(secret_memory, what_is_public_takes_no_room, .init = use_room) {
    const agent::SecretString text("a list of accounts", agent::Content::kPublic);
    cr_expect_not(is_in_room(text.reveal().data()));
    agent::JsonWriter out(agent::Content::kPublic);
    out.begin_array();
    for (int i = 0; i < 10'000; ++i) out.string("an account");
    const agent::SecretString list = out.end_array().take();
    cr_expect_not(is_in_room(list.reveal().data()));
    cr_expect_eq(agent::secret_memory().overflows, 0);
}

Test(secret_memory, blocks_are_apart_and_aligned, .init = use_room) {
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t size = 1; size < 3000; size += 37) {
        auto* const data = static_cast<unsigned char*>(agent::allocate_secret(size));
        cr_assert(reinterpret_cast<std::uintptr_t>(data) % alignof(std::max_align_t) == 0);
        std::memset(data, static_cast<int>(size & 0xff), size);
        blocks.emplace_back(data, size);
    }
    for (const auto& block : blocks) {
        const auto is_as_written = [&](unsigned char c) { return c == (block.second & 0xff); };
        cr_expect(std::all_of(block.first, block.first + block.second, is_as_written));
        agent::release_secret(block.first, block.second);
    }
}

Test(secret_memory, threads_may_share_it, .init = use_room) {
    const auto work = [](char fill) {
        const std::string text(100, fill);
        for (int i = 0; i < 20'000; ++i) {
            const agent::SecretString secret(text);
            if (secret.reveal() != text) std::abort();
        }
    };
    std::thread other(work, 'x');
    work('y');
    other.join();
}
