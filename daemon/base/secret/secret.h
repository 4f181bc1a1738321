// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/secret/secret_memory.h"

namespace agent {

/// Overwrites `size` bytes in a way that the compiler cannot optimise away.
void wipe(void* data, std::size_t size) noexcept;

/// A secret of fixed size: token, client secret, code, verifier, passphrase.
///
/// Move-only; a moved-from one is empty. The bytes are in secret memory (base/secret/secret_memory.h), never inside the
/// object (a moved-from small string would keep them), and are wiped on destruction. There is no conversion to
/// std::string, no stream operator and no `==`: code that needs the bytes calls `reveal()`, which is easy to find in a
/// review.
class SecretString {
  public:
    SecretString() noexcept = default;
    explicit SecretString(std::string_view plain, Content content = Content::kSecret);
    /// `size` zero bytes, to fill through `data()`.
    explicit SecretString(std::size_t size, Content content = Content::kSecret);
    SecretString(SecretString&& other) noexcept;
    SecretString& operator=(SecretString&& other) noexcept;
    SecretString(const SecretString&) = delete;
    SecretString& operator=(const SecretString&) = delete;
    ~SecretString();

    /// Valid as long as this object lives and is not moved from.
    [[nodiscard]] std::string_view reveal() const noexcept { return {data_, size_}; }
    [[nodiscard]] char* data() noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] SecretString clone() const { return SecretString(reveal()); }
    /// Compares in constant time.
    [[nodiscard]] bool equals(std::string_view other) const noexcept;

  private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A growing text that may hold secrets: request bodies, answers, JSON under construction. Wipes every block it
/// outgrows. Move-only; a moved-from one is empty.
class SecretBuffer {
  public:
    static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

    explicit SecretBuffer(std::size_t limit = kNoLimit, Content content = Content::kSecret) noexcept
        : limit_(limit), content_(content) {}
    SecretBuffer(SecretBuffer&& other) noexcept;
    SecretBuffer& operator=(SecretBuffer&& other) noexcept;

    /// Returns false and appends nothing if the text would grow past the limit.
    [[nodiscard]] bool try_append(std::string_view more);
    /// For text whose size the caller bounds; growing past the limit is a bug and ends the process.
    void append(std::string_view more);
    void clear() noexcept;

    [[nodiscard]] std::string_view view() const noexcept { return {block_.reveal().data(), used_}; }
    [[nodiscard]] std::size_t size() const noexcept { return used_; }
    [[nodiscard]] bool empty() const noexcept { return used_ == 0; }
    /// Leaves this buffer empty.
    [[nodiscard]] SecretString take();

  private:
    SecretString block_;
    std::size_t used_ = 0;
    std::size_t limit_;
    Content content_;
};

}  // namespace agent
