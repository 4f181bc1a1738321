// SPDX-License-Identifier: Apache-2.0
#include "core/keys/proofs.h"

#include <set>

#include "expect.h"
#include "fakes/fake_clock.h"

using agent::Proofs;

Test(proofs, are_good_once_for_their_user) {
    fakes::FakeClock clock;
    Proofs proofs(clock);
    const std::string ticket = proofs.give(1000);
    cr_expect_not(proofs.take(1001, ticket));
    cr_expect_not(proofs.take(1000, ""));
    cr_expect_not(proofs.take(1000, ticket.substr(1)));
    cr_expect(proofs.take(1000, ticket));
    cr_expect_not(proofs.take(1000, ticket));
}

Test(proofs, end) {
    fakes::FakeClock clock;
    Proofs proofs(clock);
    const std::string ticket = proofs.give(1000);
    clock.advance(Proofs::kLife);
    cr_expect_not(proofs.take(1000, ticket));
}

Test(proofs, the_oldest_gives_way) {
    fakes::FakeClock clock;
    Proofs proofs(clock);
    const std::string first = proofs.give(1000);
    std::set<std::string> all{first};
    for (std::size_t i = 0; i < Proofs::kMost; ++i) all.insert(proofs.give(1000));
    cr_expect(all.size() == Proofs::kMost + 1);
    cr_expect_not(proofs.take(1000, first));
    cr_expect(proofs.take(1000, *all.rbegin() == first ? *all.begin() : *all.rbegin()));
}
