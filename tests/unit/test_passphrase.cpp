// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/passphrase.h"

#include <string>

#include "base/bytes.h"
#include "base/text/encoding.h"
#include "expect.h"
#include "fakes/sealing.h"

using agent::KdfParameters;
using fakes::need_sealing;

namespace {

std::string derived(std::string_view passphrase, const KdfParameters& parameters) {
    const auto key = agent::derive_key(passphrase, parameters);
    return key ? agent::hex(key->raw()) : key.error().message;
}

KdfParameters cheapest() {
    KdfParameters parameters = agent::moderate_kdf();
    parameters.salt = agent::Bytes(KdfParameters::kSaltSize, std::byte{1});
    return parameters;
}

}  // namespace

TestSuite(passphrase, .init = need_sealing, .timeout = 120);

Test(passphrase, each_derivation_has_a_salt_of_its_own) {
    const KdfParameters one = agent::moderate_kdf();
    const KdfParameters other = agent::moderate_kdf();
    cr_expect(one.salt != other.salt && one.salt.size() == KdfParameters::kSaltSize);
    cr_expect(one.operations == 3 && one.memory == 256 * 1024 * 1024);
}

Test(passphrase, the_parameters_are_used) {
    const KdfParameters parameters = cheapest();
    const std::string key = derived("correct horse", parameters);
    cr_expect(key.size() == 2 * agent::SealingKey::kSize);
    EXPECT_TEXT(derived("correct horse", parameters), key);
    cr_expect(derived("Correct horse", parameters) != key);
    KdfParameters more = parameters;
    more.operations += 1;
    cr_expect(derived("correct horse", more) != key);
    KdfParameters salted = parameters;
    salted.salt.front() = std::byte{2};
    cr_expect(derived("correct horse", salted) != key);
}

Test(passphrase, parameters_that_nobody_chose_are_refused) {
    const auto refused = [](auto change) {
        KdfParameters parameters = cheapest();
        change(parameters);
        EXPECT_CONTAINS(derived("x", parameters), "out of range");
    };
    refused([](KdfParameters& p) { p.operations = 1; });
    refused([](KdfParameters& p) { p.operations = UINT64_MAX; });
    refused([](KdfParameters& p) { p.memory = 8192; });
    refused([](KdfParameters& p) { p.memory = UINT64_MAX; });
    refused([](KdfParameters& p) { p.salt.pop_back(); });
}

Test(passphrase, what_costs_more_than_this_program_orders_is_named) {
    const KdfParameters own = cheapest();
    cr_expect(agent::check_cost(own, own.operations));
    KdfParameters more = own;
    more.operations += 1;
    cr_expect(agent::check_cost(more, agent::kMostCalibratedOperations));
    const auto refused = agent::check_cost(more, own.operations);
    cr_assert_not(refused);
    EXPECT_CONTAINS(refused.error().message, "256 MiB of memory and 4 operations");
    more = own;
    more.memory += 1;
    cr_expect_not(agent::check_cost(more, agent::kMostCalibratedOperations));
    more = own;
    more.operations = agent::kMostCalibratedOperations + 1;
    cr_expect_not(agent::check_cost(more, agent::kMostCalibratedOperations));
}

Test(passphrase, calibration_never_makes_it_cheaper) {
    const auto parameters = agent::calibrated_kdf(std::chrono::milliseconds(1));
    cr_assert(parameters);
    cr_expect(parameters->operations == agent::moderate_kdf().operations);
    const auto slow = agent::calibrated_kdf(std::chrono::minutes(1));
    cr_assert(slow);
    cr_expect(slow->operations > parameters->operations);
}
