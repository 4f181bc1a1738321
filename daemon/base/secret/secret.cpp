// SPDX-License-Identifier: Apache-2.0
#include "base/secret/secret.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace agent {

namespace {

constexpr std::size_t kFirstBlock = 256;  // holds most token answers

}  // namespace

void wipe(void* data, std::size_t size) noexcept {
    if (size != 0) ::explicit_bzero(data, size);
}

SecretString::SecretString(std::string_view plain, Content content) : SecretString(plain.size(), content) {
    if (size_ != 0) std::memcpy(data_, plain.data(), size_);
}

SecretString::SecretString(std::size_t size, Content content)
    : data_(size == 0 ? nullptr : static_cast<char*>(allocate_secret(size, content))), size_(size) {
    if (size != 0) std::memset(data_, 0, size);
}

SecretString::SecretString(SecretString&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
    if (this != &other) {
        release_secret(data_, size_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

SecretString::~SecretString() {
    release_secret(data_, size_);
}

bool SecretString::equals(std::string_view other) const noexcept {
    if (other.size() != size_) return false;
    // volatile keeps the compiler from ending the loop at the first difference.
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        difference = static_cast<unsigned char>(difference | (data_[i] ^ other[i]));
    }
    return difference == 0;
}

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : block_(std::move(other.block_)),
      used_(std::exchange(other.used_, 0)),
      limit_(other.limit_),
      content_(other.content_) {}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept {
    block_ = std::move(other.block_);
    used_ = std::exchange(other.used_, 0);
    limit_ = other.limit_;
    content_ = other.content_;
    return *this;
}

bool SecretBuffer::try_append(std::string_view more) {
    if (more.empty()) return true;
    if (more.size() > limit_ - used_) return false;
    const std::size_t needed = used_ + more.size();
    if (needed > block_.size()) {
        SecretString larger(std::min(limit_, std::max({needed, 2 * block_.size(), kFirstBlock})), content_);
        if (used_ != 0) std::memcpy(larger.data(), block_.data(), used_);
        block_ = std::move(larger);
    }
    std::memcpy(block_.data() + used_, more.data(), more.size());
    used_ = needed;
    return true;
}

void SecretBuffer::append(std::string_view more) {
    if (!try_append(more)) std::abort();
}

void SecretBuffer::clear() noexcept {
    wipe(block_.data(), used_);
    used_ = 0;
}

SecretString SecretBuffer::take() {
    SecretString taken = used_ == block_.size() ? std::move(block_) : SecretString(view(), content_);
    block_ = SecretString();
    used_ = 0;
    return taken;
}

}  // namespace agent
