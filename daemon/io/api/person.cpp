// SPDX-License-Identifier: Apache-2.0
#include "io/api/person.h"

#include <algorithm>
#include <utility>

#include "io/api/api.h"

namespace agent {

namespace {

/// First for the key slots to be read, then for what the action waits for.
struct TwoWaits final : Waiting {
    std::unique_ptr<Waiting> now;
};

bool is_anybodys(const KeyringFacts& facts) {
    return std::none_of(facts.slots.begin(), facts.slots.end(),
                        [](const KeySlotFacts& slot) { return needs_person(slot.kind); });
}

Error proof_required() {
    return {.code = Error::Code::kProofRequired,
            .message = "this needs a passphrase or recovery key of the agent, or root; clioctl asks for it"};
}

}  // namespace

Result<std::unique_ptr<Waiting>> with_person(Api& api, const ApiCall& call, std::string_view proof, ApiReply& reply,
                                             std::function<Result<std::unique_ptr<Waiting>>(ApiReply& reply)> action) {
    const Peer& peer = call.request.peer;
    if (peer.uid == 0 || (!proof.empty() && api.proofs().take(peer.uid, proof))) return action(reply);
    if (!proof.empty())
        return fail(Error::Code::kProofRequired, "this proof was used, or is too old; type the passphrase again");

    auto waiting = std::make_unique<TwoWaits>();
    waiting->now = api.context().keyring.list([self = waiting.get(), owed = share(std::move(reply)),
                                               action = std::move(action)](const Result<KeyringFacts>& facts) {
        if (!facts) return owed->problem(facts.error());
        if (!is_anybodys(*facts)) return owed->problem(proof_required());
        auto acted = action(*owed);
        if (!acted) return owed->problem(acted.error());
        self->now = *std::move(acted);
    });
    return waiting;
}

}  // namespace agent
