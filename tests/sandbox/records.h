// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json/json_writer.h"
#include "client.h"
#include "error_replies.h"

namespace agent::sandbox {

/// One thing of the API: a matter, a contact, a user. Its fields by name.
using Record = std::vector<std::pair<std::string_view, std::variant<std::int64_t, std::string>>>;

/// The made-up records of a collection ("matters", "contacts"), always the same; empty for another name.
[[nodiscard]] std::span<const Record> demo_records(std::string_view collection);
[[nodiscard]] Record user_record(const User& user);

/// Which fields to show: the names of a `fields` parameter, or id and etag by default. The error is Clio's answer to a
/// field that the records do not have.
[[nodiscard]] tl::expected<std::vector<std::string_view>, Reply> choose_fields(std::string_view fields,
                                                                               const Record& example);

void write_record(JsonWriter& out, const Record& record, const std::vector<std::string_view>& fields);

}  // namespace agent::sandbox
