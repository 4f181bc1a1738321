// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/report_budget.h"

#include "expect.h"

using agent::BootTime;
using agent::ReportBudget;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kUser = 1000;
constexpr BootTime kReportBudgetStart{24h};

int paid_at(ReportBudget& budget, std::uint32_t user, BootTime now) {
    int paid = 0;
    while (budget.pay(user, now)) ++paid;
    return paid;
}

}  // namespace

Test(report_budget, so_many_at_once_and_then_one_at_a_time) {
    ReportBudget budget;
    const struct {
        agent::Duration after;
        int paid;
    } rows[] = {
        {0s, ReportBudget::kAtOnce},        {0s, 0},
        {ReportBudget::kOneEvery - 1ms, 0}, {1ms, 1},
        {ReportBudget::kOneEvery, 1},       {3 * ReportBudget::kOneEvery, 3},
        {24h, ReportBudget::kAtOnce},  // a pause earns no more than that
    };
    BootTime now = kReportBudgetStart;
    for (const auto& row : rows) {
        now += row.after;
        cr_expect_eq(paid_at(budget, kUser, now), row.paid, "at %lld ms",
                     static_cast<long long>((now - kReportBudgetStart).count()));
    }
}

Test(report_budget, says_when_to_come_back) {
    ReportBudget budget;
    static_cast<void>(paid_at(budget, kUser, kReportBudgetStart));
    for (const auto& [after, wait] : {std::pair{0ms, 5s}, std::pair{1ms, 5s}, std::pair{4001ms, 1s}}) {
        const auto refused = budget.pay(kUser, kReportBudgetStart + after);
        cr_assert_not(refused);
        cr_expect(refused.error().code == agent::Error::Code::kTemporarilyUnavailable);
        cr_expect(refused.error().retry_after == wait, "after %lld ms: %lld s", static_cast<long long>(after.count()),
                  static_cast<long long>(refused.error().retry_after.count()));
    }
}

Test(report_budget, users_have_one_each) {
    ReportBudget budget;
    for (std::uint32_t user = 0; user < 5; ++user)
        cr_expect_eq(paid_at(budget, user, kReportBudgetStart), ReportBudget::kAtOnce);
}
