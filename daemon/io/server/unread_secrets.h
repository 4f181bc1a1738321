// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// The locked memory that answers take until their peers have read them. No user can fill it for the others, and all
/// users together leave half of it to what the agent does on its own.
class UnreadSecrets {
  private:
    using Sums = std::unordered_map<uid_t, std::size_t>;

  public:
    /// An answer, which counts until this is destroyed; that may be after the UnreadSecrets.
    class Answer {
      public:
        Answer(std::shared_ptr<Sums> held, uid_t user, SecretString text);
        Answer(const Answer&) = delete;
        Answer& operator=(const Answer&) = delete;
        ~Answer();

        [[nodiscard]] std::string_view reveal() const noexcept { return text_.reveal(); }

      private:
        std::shared_ptr<Sums> held_;
        uid_t user_;
        SecretString text_;
        std::size_t counted_;  // 0 for an answer without secrets, which takes no locked memory
    };

    [[nodiscard]] std::unique_ptr<Answer> hold(uid_t user, SecretString text) const;
    /// Fails with kTemporarilyUnavailable if a request of this user has to wait until answers were read.
    [[nodiscard]] Result<void> room_for(uid_t user) const;

  private:
    std::shared_ptr<Sums> held_ = std::make_shared<Sums>();
};

}  // namespace agent
