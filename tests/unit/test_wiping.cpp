// SPDX-License-Identifier: Apache-2.0
//
// No block of memory that held a secret goes back to the heap with the secret in it. The linker leads every free() of
// this program through __wrap_free, which looks into the block first.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "base/crypto/sealing.h"
#include "base/json/json.h"
#include "base/json/json_writer.h"
#include "base/text/encoding.h"
#include "expect.h"

namespace {

// Held inverted, so that only what the tests make of it counts.
constexpr char kInverted[] = {~'s', ~'e', ~'c', ~'r', ~'e', ~'t', ~'-', ~'t', ~'o',
                              ~'k', ~'e', ~'n', ~'-', ~'4', ~'7', ~'1', ~'1'};

int unwiped_blocks = 0;

bool is_marker(const char* at) {
    for (std::size_t i = 0; i < sizeof kInverted; ++i) {
        if (at[i] != static_cast<char>(~kInverted[i])) return false;
    }
    return true;
}

void inspect(void* block) {
    const std::size_t size = block == nullptr ? 0 : malloc_usable_size(block);
    const char* bytes = static_cast<const char*>(block);
    for (std::size_t i = 0; i + sizeof kInverted <= size; ++i) {
        if (is_marker(bytes + i)) {
            ++unwiped_blocks;
            return;
        }
    }
}

agent::SecretString marker() {
    agent::SecretString made(sizeof kInverted);
    for (std::size_t i = 0; i < sizeof kInverted; ++i) made.data()[i] = static_cast<char>(~kInverted[i]);
    return made;
}

/// {"access_token":"<marker>"}, then more of it, so that blocks grow.
agent::SecretString marked_json() {
    agent::JsonWriter out;
    const agent::SecretString secret = marker();
    out.begin_object().member("access_token", secret.reveal()).key("more").begin_array();
    for (int i = 0; i < 200; ++i) out.string(secret.reveal());
    out.end_array().end_object();
    return out.take();
}

void expect_no_trace() {
    cr_expect(unwiped_blocks == 0, "%d blocks were freed with the secret in them", unwiped_blocks);
}

}  // namespace

extern "C" void __real_free(void* block);   // NOLINT(bugprone-reserved-identifier): the linker's names
extern "C" void __wrap_free(void* block) {  // NOLINT(bugprone-reserved-identifier)
    inspect(block);
    __real_free(block);
}
// The library's own would free from within libstdc++, where the linker leads nothing anywhere.
void* operator new(std::size_t size) {
    void* block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void operator delete(void* block) noexcept {
    std::free(block);
}
void operator delete[](void* block) noexcept {
    std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}
void operator delete[](void* block, std::size_t) noexcept {
    std::free(block);
}

Test(wiping, the_test_sees_a_block_that_is_not_wiped) {
    { const std::string careless(marker().reveal()); }
    cr_expect(unwiped_blocks == 1);
}

Test(wiping, strings_and_buffers) {
    {
        agent::SecretString replaced = marker();
        replaced = agent::SecretString("other");
        agent::SecretBuffer buffer;
        for (int i = 0; i < 200; ++i) buffer.append(marker().reveal());
        const agent::SecretString taken = buffer.take();
        buffer.append(marker().reveal());
    }
    expect_no_trace();
}

Test(wiping, json_in_and_out) {
    {
        const agent::SecretString text = marked_json();
        const auto json = agent::Json::parse(text.reveal());
        cr_assert(json);
        cr_expect(json->find_string("access_token") == marker().reveal());
        cr_expect_not(agent::Json::parse(text.reveal().substr(0, text.size() - 1)));
    }
    expect_no_trace();
}

Test(wiping, json_that_is_not_utf8) {
    {
        agent::SecretBuffer text;
        text.append("\xff");
        text.append(marker().reveal());
        agent::JsonWriter out;
        out.string(text.view());
    }
    expect_no_trace();
}

Test(wiping, encodings) {
    {
        const agent::SecretString secret = marker();
        agent::SecretBuffer body;
        body.append("refresh_token=");
        agent::append_percent_encoded(body, secret.reveal());
        const auto form = agent::FormParameters::parse(body.view());
        cr_assert(form);
        cr_expect(form->find("refresh_token") == secret.reveal());
        const agent::SecretString encoded = agent::base64(secret.reveal());
    }
    expect_no_trace();
}

Test(wiping, sealing) {
    cr_assert(agent::init_sealing());
    {
        const agent::Sealer sealer(*agent::SealingKey::generate());
        const agent::Bytes sealed = sealer.seal(marker().reveal(), "context");
        const auto opened = sealer.open(sealed, "context");
        cr_assert(opened);
        cr_expect(opened->equals(marker().reveal()));
    }
    expect_no_trace();
}
