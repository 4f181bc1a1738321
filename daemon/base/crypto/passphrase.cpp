// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/passphrase.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>

namespace agent {

namespace {

static_assert(KdfParameters::kSaltSize == crypto_pwhash_SALTBYTES);

constexpr std::uint64_t kMostOperations = 10'000;  // about 40 minutes
constexpr std::uint64_t kMostMemory =
    std::uint64_t{4} * 1024 * 1024 * 1024;  // what crypto_pwhash allows on all machines

bool within_bounds(const KdfParameters& parameters) {
    return parameters.salt.size() == KdfParameters::kSaltSize &&
           parameters.operations >= crypto_pwhash_OPSLIMIT_MODERATE && parameters.operations <= kMostOperations &&
           parameters.memory >= crypto_pwhash_MEMLIMIT_MODERATE && parameters.memory <= kMostMemory;
}

}  // namespace

KdfParameters moderate_kdf() {
    KdfParameters parameters{.operations = crypto_pwhash_OPSLIMIT_MODERATE,
                             .memory = crypto_pwhash_MEMLIMIT_MODERATE,
                             .salt = Bytes(KdfParameters::kSaltSize)};
    ::randombytes_buf(parameters.salt.data(), parameters.salt.size());
    return parameters;
}

Result<KdfParameters> calibrated_kdf(Duration target) {
    KdfParameters parameters = moderate_kdf();
    const auto begin = std::chrono::steady_clock::now();
    AGENT_TRY(const SealingKey thrown_away, derive_key("a passphrase of usual length", parameters));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    // The time is proportional to the operations (RFC 9106 section 3.1).
    const double factor = std::chrono::duration<double>(target).count() / std::max(took.count(), 1e-3);
    const double operations = static_cast<double>(parameters.operations) * factor;
    parameters.operations = std::clamp(static_cast<std::uint64_t>(std::min(operations, 1e9)), parameters.operations,
                                       kMostCalibratedOperations);
    return parameters;
}

Result<void> check_cost(const KdfParameters& parameters, std::uint64_t most_operations) {
    if (parameters.memory <= crypto_pwhash_MEMLIMIT_MODERATE && parameters.operations <= most_operations) return {};
    return fail(Error::Code::kBadRequest,
                "passphrase: trying it takes " + std::to_string(parameters.memory >> 20U) + " MiB of memory and " +
                    std::to_string(parameters.operations) +
                    " operations, more than this program asks for, which could exhaust this machine; if it is yours, "
                    "repeat the command with --accept-cost");
}

Result<SealingKey> derive_key(std::string_view passphrase, const KdfParameters& parameters) {
    if (!within_bounds(parameters)) return fail(Error::Code::kInternal, "passphrase: its parameters are out of range");
    bool enough_memory = false;
    AGENT_TRY(SealingKey key, SealingKey::filled([&](unsigned char* out) {
                  enough_memory = ::crypto_pwhash(out, SealingKey::kSize, passphrase.data(), passphrase.size(),
                                                  reinterpret_cast<const unsigned char*>(parameters.salt.data()),
                                                  parameters.operations, static_cast<std::size_t>(parameters.memory),
                                                  crypto_pwhash_ALG_ARGON2ID13) == 0;
                  return true;
              }));
    if (!enough_memory)
        return fail(Error::Code::kTemporarilyUnavailable,
                    "passphrase: " + std::to_string(parameters.memory >> 20U) +
                        " MiB of memory are needed to try it, but not available now");
    return key;
}

}  // namespace agent
