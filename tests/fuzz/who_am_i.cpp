// SPDX-License-Identifier: Apache-2.0
// The user of the grant, according to Clio: accepted only from a valid answer, stored unchanged, shown as JSON.
//
// Input: a letter for the status; then the body.
#include "core/oauth/who_am_i.h"

#include <array>
#include <string>

#include "base/json/json.h"
#include "core/accounts/account_record.h"
#include "core_stage.h"
#include "fakes/api_fixture.h"
#include "target.h"

namespace {

constexpr std::array kStatuses{200, 401, 403, 500, 204};

bool same(const agent::ClioUser& a, const agent::ClioUser& b) {
    return a.id == b.id && a.name == b.name && a.email == b.email;
}

void check_kept(const agent::ClioUser& user) {
    static const agent::Sealer sealer = fuzz::make_sealer();
    agent::AccountRecord record;
    record.name = "smith";
    record.user = user;
    const auto again = agent::open_account_record(sealer, agent::seal_account_record(sealer, record));
    FUZZ_ASSERT(again && again->user && same(*again->user, user));
}

void check_shown(const agent::ClioUser& user) {
    fakes::ApiFixture api;
    api.accounts.hold("smith");
    api.accounts.held.begin()->second.user = user;
    const auto answer = agent::Json::parse(api.get("/v1/accounts/smith").body());
    const agent::Json* shown = answer ? answer->find("user") : nullptr;
    FUZZ_ASSERT(shown != nullptr && shown->find_integer("id") == user.id);
    FUZZ_ASSERT(shown->find_string("name") == user.name && shown->find_string("email") == user.email);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const int status = kStatuses[input.pick(kStatuses.size())];
    const auto user = agent::read_who_am_i(agent::HttpResponse{
        .status = status, .content_type = {}, .retry_after = {}, .body = agent::SecretString(input.rest())});
    if (!user) return 0;
    FUZZ_ASSERT(status == 200 && user->id > 0);
    check_kept(*user);
    check_shown(*user);
    return 0;
}
