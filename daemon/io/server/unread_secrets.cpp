// SPDX-License-Identifier: Apache-2.0
#include "io/server/unread_secrets.h"

#include <utility>

#include "base/secret/secret_memory.h"

namespace agent {

namespace {

constexpr std::chrono::seconds kRetryAfter{1};

tl::unexpected<Error> refusal(const char* reason) {
    return tl::unexpected(Error{.code = Error::Code::kTemporarilyUnavailable,
                                .message = std::string("the locked memory for secrets is taken: ") + reason,
                                .retry_after = kRetryAfter});
}

}  // namespace

UnreadSecrets::Answer::Answer(std::shared_ptr<Sums> held, uid_t user, SecretString text)
    : held_(std::move(held)),
      user_(user),
      text_(std::move(text)),
      counted_(is_in_arena(text_.reveal().data()) ? text_.size() : 0) {
    if (counted_ != 0) (*held_)[user_] += counted_;
}

UnreadSecrets::Answer::~Answer() {
    if (counted_ == 0) return;
    const auto of_user = held_->find(user_);
    of_user->second -= counted_;
    if (of_user->second == 0) held_->erase(of_user);
}

std::unique_ptr<UnreadSecrets::Answer> UnreadSecrets::hold(uid_t user, SecretString text) const {
    return std::make_unique<Answer>(held_, user, std::move(text));
}

Result<void> UnreadSecrets::room_for(uid_t user) const {
    const SecretMemory memory = secret_memory();
    const auto held = held_->find(user);
    if (held != held_->end() && held->second > memory.size / 4)
        return refusal("too many answers were not read yet by programs of this user; read them, then try again");
    if (memory.used > memory.size / 2) return refusal("too many answers were not read yet; try again");
    return {};
}

}  // namespace agent
