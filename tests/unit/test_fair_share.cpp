// SPDX-License-Identifier: Apache-2.0
#include <initializer_list>

#include "expect.h"
#include "io/server/fair_share.h"
#include "io/server/peer.h"

namespace agent {

namespace {

constexpr uid_t kManager = 0;
constexpr uid_t kAnna = 70'001;
constexpr uid_t kBen = 70'002;
constexpr uid_t kCem = 70'003;

/// How many more the user gets.
std::size_t take_all(FairShare& share, uid_t user) {
    std::size_t taken = 0;
    for (; share.has_room_for(user); ++taken) share.take(user);
    return taken;
}

}  // namespace

Test(fair_share, each_may_have_as_much_as_is_left) {
    FairShare share(120, 0);
    cr_expect_eq(take_all(share, kAnna), 60);
    cr_expect_eq(take_all(share, kBen), 30);
    cr_expect_eq(take_all(share, kCem), 15);
    cr_expect_eq(take_all(share, kAnna), 0, "she has had more than is left");
    cr_expect_eq(share.in_all(), 105);
}

Test(fair_share, what_is_given_back_can_be_had_again) {
    FairShare share(120, 0);
    take_all(share, kAnna);
    take_all(share, kBen);
    for (int i = 0; i < 60; ++i) share.give_back(kAnna);
    cr_expect_eq(share.of(kAnna), 0);
    cr_expect_eq(take_all(share, kBen), 30);
    cr_expect_eq(share.of(kBen), 60);
    cr_expect_eq(share.in_all(), 60);
}

Test(fair_share, a_part_is_only_for_managers) {
    FairShare share(100, 20);
    for (uid_t user = 70'100; user < 70'300; ++user) take_all(share, user);
    cr_expect_leq(share.in_all(), 80);
    cr_expect_not(share.has_room_for(kAnna));
    cr_expect_geq(take_all(share, kManager), 10);
    cr_expect(is_manager(kManager) && is_manager(::geteuid()) && !is_manager(::geteuid() + 1));
}

Test(fair_share, counts_what_is_too_much_until_it_is_taken_away) {
    FairShare bytes(1000, 0);
    cr_expect(bytes.change(kAnna, 0, 400));
    cr_expect_not(bytes.change(kAnna, 400, 600));
    cr_expect_eq(bytes.of(kAnna), 600);
    cr_expect(bytes.change(kBen, 0, 200));
    cr_expect_not(bytes.change(kCem, 0, 2000), "more than there is");
    cr_expect(bytes.change(kCem, 2000, 0) && bytes.change(kAnna, 600, 599), "less is always allowed");
    cr_expect_eq(bytes.in_all(), 799);
}

}  // namespace agent
