// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/api_fixture.h"

namespace fuzz {

/// The local protocol over fakes that hold secrets.
class ProtocolStage {
  public:
    /// How the fakes behave: the core answers at once, later, or with one of its errors, later or at once; or it is
    /// locked.
    static constexpr std::size_t kMoods = 2 + 2 * 9 + 1;
    /// The secrets are drawn from `input`, so that no input can hold them.
    ProtocolStage(std::size_t mood, std::string_view input);

    [[nodiscard]] fakes::ApiFixture& fixture() noexcept { return fixture_; }

    /// Answers everything that is owed, in the mood of this stage.
    void settle();

    /// Whether a change was asked of the core, or a login begun.
    [[nodiscard]] bool was_changed() const;

    /// Asserts that an answer holds no secret but a token that was asked for.
    void check_secrets(int status, std::string_view path, std::string_view body) const;

  private:
    template <class T>
    void settle(fakes::OwedAnswers<T>& owed, const T& good);
    template <class T>
    void settle(std::function<void(agent::Result<T>)>& done, agent::Result<T> good);

    fakes::ApiFixture fixture_;
    std::string secret_;  // is in the app's secret and in every token
    std::optional<agent::Error> late_error_;
};

}  // namespace fuzz
