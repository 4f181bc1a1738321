// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/accounts/accounts.h"

namespace agent {

/// Writes metrics in the text format of Prometheus (version 0.0.4): families, each followed by its samples.
class MetricsText {
  public:
    using Label = std::pair<std::string_view, std::string_view>;

    MetricsText& gauge(std::string_view name, std::string_view help) { return family(name, "gauge", help); }
    MetricsText& counter(std::string_view name, std::string_view help) { return family(name, "counter", help); }
    /// A sample of the last family begun; label values are escaped.
    MetricsText& sample(std::initializer_list<Label> labels, std::int64_t value);

    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    MetricsText& family(std::string_view name, std::string_view type, std::string_view help);

    std::string text_;
    std::string name_;
};

/// The metrics of accounts and the store.
void write_account_metrics(MetricsText& out, const Accounts& accounts);

}  // namespace agent
