// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include <string>

#include "faults.h"

using namespace agent::sandbox;  // NOLINT(google-build-using-namespace)

namespace {

constexpr const char* kGood[] = {
    "token:503",         "token:503:3",     "token:302:1",          "api:403",         "who_am_i:429:2",
    "authorize:html200", "token:lost:1",    "token:cut:0",          "token:cut:120:4", "token:slow:800",
    "token:slow:800:5",  "revoke:hang",     "token:notoken:1",      "token:bigbody",   "token:retry_after:30:2",
    "token:retry_at",    "deauthorize:401", "token:absurd_expires",
};

constexpr const char* kBad[] = {
    "",
    "token",
    "token:",
    "token:503:0",
    "token:503:x",
    "token:503:1:1",
    "token:299",
    "token:600",
    "tokens:503",
    "token:cut",
    "token:cut:x",
    "token:cut:65537",
    "token:slow:-1",
    "token:slow:600001",
    "token:STATUS",
    "api:notoken",
    ":503",
    "token:503:",
    "token:lost:1:2",
    "TOKEN:503",
    "token:503:1000001",
};

}  // namespace

Test(sandbox_faults, are_written_as_they_are_read) {
    for (const char* text : kGood) {
        const auto fault = parse_fault(text);
        cr_assert(fault.has_value(), "%s: %s", text, fault ? "" : fault.error().message.c_str());
        cr_assert(to_string(*fault) == text);
    }
}

Test(sandbox_faults, that_make_no_sense_are_refused) {
    for (const char* text : kBad) {
        const auto fault = parse_fault(text);
        cr_assert(!fault.has_value(), "%s was taken", text);
        cr_assert_neq(fault.error().message.find("fault \"" + std::string(text) + '"'), std::string::npos);
    }
}

Test(sandbox_faults, come_in_order_and_run_out) {
    FaultPlan plan;
    plan.add(*parse_fault("token:503:2"));
    plan.add(*parse_fault("api:403"));
    plan.add(*parse_fault("token:lost:1"));
    cr_assert_eq(plan.take(Endpoint::kToken)->argument, 503);
    cr_assert_eq(plan.take(Endpoint::kToken)->argument, 503);
    cr_assert_eq(plan.take(Endpoint::kToken)->kind, FaultKind::kLost);
    cr_assert(!plan.take(Endpoint::kToken).has_value());
    cr_assert(!plan.take(Endpoint::kWhoAmI).has_value());
    for (int i = 0; i < 100; ++i) cr_assert(plan.take(Endpoint::kApi).has_value());
    plan.clear();
    cr_assert(!plan.take(Endpoint::kApi).has_value());
}
