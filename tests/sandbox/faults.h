// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace agent::sandbox {

enum class Endpoint { kAuthorize, kToken, kDeauthorize, kRevoke, kApi, kWhoAmI };
inline constexpr Endpoint kEndpoints[] = {Endpoint::kAuthorize, Endpoint::kToken, Endpoint::kDeauthorize,
                                          Endpoint::kRevoke,    Endpoint::kApi,   Endpoint::kWhoAmI};
[[nodiscard]] std::string_view to_string(Endpoint endpoint);

enum class FaultKind {
    kStatus,
    kRetryAfter,
    kRetryAt,
    kHtml403,
    kHtml200,
    kNastyDescription,
    kHang,
    kLost,
    kCut,
    kSlow,
    kEmpty,
    kBadJson,
    kWrongType,
    kBigBody,
    kNoToken,
    kNegativeExpires,
    kAbsurdExpires,
    kExpiresString,
    kNoExpires,
    kNullExpires,
    kEmptyRefresh,
    kMacType,
    kCreated,
    kBom,
    kTrailing,
    kOldDate,
    kNotUtf8,
    kDuplicate,
    kTokenInError200,
};

/// The description of a kind; `--help` is made from this.
struct FaultRow {
    FaultKind kind;
    std::string_view name;
    std::string_view argument{};  // what follows the name; may be empty
    int most = 0;                 // the largest argument
    bool acts_first = false;      // the server does what was asked, and then spoils the answer
    bool token_only = false;
    std::string_view meaning{};
};
[[nodiscard]] std::span<const FaultRow> fault_rows();
[[nodiscard]] const FaultRow& row_of(FaultKind kind);

/// Something that goes wrong at an endpoint, for the next `count` requests, or for ever.
struct Fault {
    Endpoint endpoint = Endpoint::kToken;
    FaultKind kind = FaultKind::kStatus;
    int argument = 0;  // the HTTP status of kStatus
    std::optional<std::uint64_t> count{};
};

/// Reads ENDPOINT:KIND[:ARGUMENT][:COUNT], "token:503:3". Fails with kBadRequest and the allowed values.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);
/// The text that parse_fault() reads.
[[nodiscard]] std::string to_string(const Fault& fault);

/// The faults that were ordered, each endpoint's in the order they came.
class FaultPlan {
  public:
    void add(Fault fault) { faults_.push_back(fault); }
    void clear() { faults_.clear(); }
    /// The fault for a request to `endpoint`, if any. Uses up one of its count.
    [[nodiscard]] std::optional<Fault> take(Endpoint endpoint);
    [[nodiscard]] const std::deque<Fault>& faults() const noexcept { return faults_; }

  private:
    std::deque<Fault> faults_;
};

}  // namespace agent::sandbox
