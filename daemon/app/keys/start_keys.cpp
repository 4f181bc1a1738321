// SPDX-License-Identifier: Apache-2.0
#include "app/keys/start_keys.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "app/keys/key_file.h"
#include "base/log.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

SecretReference configured_key(const Config& config, const std::string& key_file) {
    return config.key.value_or(SecretReference{.path = key_file, .guard = Guard::kFileMode});
}

KeySlotFacts slot_of(const SecretReference& reference, WallTime now) {
    const bool credential = reference.guard == Guard::kServiceManager;
    return {.id = 0,
            .kind = credential ? SlotKind::kCredential : SlotKind::kFile,
            .source = credential ? reference.path.substr(reference.path.rfind('/') + 1) : reference.path,
            .made_at = now,
            .kdf = {}};
}

/// The first start makes the key file of the state directory; any other key must already exist.
Result<SealingKey> first_key(const Config& config, const std::string& key_file) {
    auto key = read_key(configured_key(config, key_file));
    if (key || config.key || key.error().code != Error::Code::kNotFound) return key;
    key = make_key_file(key_file);
    if (key)
        log(LogLevel::kNotice, log_event("key_made"),
            "made a key for the store, beside it: a copy of the directory holds both",
            {{"file", key_file}, {"better", "a systemd credential or a passphrase, see cliod(8)"}});
    return key;
}

Result<DataKeys> make_data_key(const AddFirstSlot& add, const Config& config, const std::string& key_file,
                               WallTime now) {
    AGENT_TRY(const SealingKey slot_key, first_key(config, key_file));
    AGENT_TRY(SealingKey data_key, SealingKey::generate());
    AGENT_CHECK(add(data_key, slot_of(configured_key(config, key_file), now), slot_key));
    return DataKeys{.current = std::move(data_key), .previous = {}};
}

/// The configured key first, then the sources of the slots.
std::vector<SecretReference> places(const KeySlots& all, const Config& config, const std::string& key_file) {
    std::vector<SecretReference> references;
    if (!config.wants_passphrase) references.push_back(configured_key(config, key_file));
    for (const KeySlot& slot : all.slots) {
        if (needs_person(slot.facts.kind)) continue;
        auto reference = key_reference(slot.facts.kind, slot.facts.source);
        const auto known = [&](const SecretReference& other) { return reference && other.path == reference->path; };
        if (reference && std::none_of(references.begin(), references.end(), known))
            references.push_back(*std::move(reference));
    }
    return references;
}

/// Tries every slot, since a key may have moved from a file to a credential.
Result<DataKeys> open_any(const KeySlots& all, const SecretReference& place) {
    const auto key = read_key(place);
    if (!key) {
        Error why = key.error();
        why.message = "key: " + why.message + "; the store " + all.store +
                      " needs it: put it back, or move the store away to start with a new one";
        return tl::unexpected(std::move(why));
    }
    for (const KeySlot& slot : all.slots) {
        if (needs_person(slot.facts.kind)) continue;
        auto keys = all.open(slot, *key);
        if (keys || keys.error().code != Error::Code::kForbidden) return keys;
    }
    return fail(Error::Code::kConflict,
                "key: " + all.store + ": the key in " + place.path +
                    " does not open it (the store has these key slots: " + all.kinds() +
                    "); put the right key back, or move the store away to start with a new one");
}

Result<DataKeys> open_with_kept(const KeySlots& all, Result<SealingKey> kept) {
    AGENT_TRY(SealingKey data_key, std::move(kept));
    return all.open_with(std::move(data_key));
}

}  // namespace

Result<SecretReference> key_reference(SlotKind kind, const std::string& source) {
    if (kind == SlotKind::kFile) {
        if (!source.starts_with('/')) return fail(Error::Code::kBadRequest, source + ": expected an absolute path");
        return SecretReference{.path = source, .guard = Guard::kFileMode};
    }
    return credential_reference(source);
}

Result<std::optional<DataKeys>> keys_at_start(const KeySlots& all, const AddFirstSlot& add, const Config& config,
                                              const std::string& key_file, std::optional<Result<SealingKey>> kept,
                                              WallTime now) {
    if (kept) {
        auto keys = open_with_kept(all, *std::move(kept));
        if (keys) return std::optional(*std::move(keys));
        log(LogLevel::kWarning, log_event("key_missing"), "ignoring the key that was kept across the restart",
            {{"reason", keys.error().message}});
    }
    if (all.slots.empty()) {
        if (config.wants_passphrase) return std::nullopt;
        return make_data_key(add, config, key_file, now);
    }
    std::optional<Error> why_not;  // of the configured key, if there is one
    for (const SecretReference& place : places(all, config, key_file)) {
        auto keys = open_any(all, place);
        if (keys) return std::optional(*std::move(keys));
        if (!why_not) why_not = std::move(keys).error();
    }
    if (std::ranges::any_of(all.slots, [](const KeySlot& slot) { return needs_person(slot.facts.kind); })) {
        if (why_not)
            log(LogLevel::kWarning, log_event("key_missing"), "no key opens the store, so it stays locked",
                {{"reason", why_not->message}});
        return std::nullopt;
    }
    return tl::unexpected(why_not ? *std::move(why_not)
                                  : Error{.code = Error::Code::kConflict,
                                          .message = "key: " + all.store +
                                                     ": no key for it is available (it has these "
                                                     "key slots: " +
                                                     all.kinds() + ")"});
}

}  // namespace agent
