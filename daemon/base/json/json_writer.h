// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/secret/secret.h"

namespace agent {

/// Writes one JSON text into wiped memory. Strings are escaped and must be UTF-8: bytes that are not become U+FFFD, so
/// that text from the network can never break the answer that quotes it.
///
///     JsonWriter out;
///     out.begin_object().member("account", name).member("generation", 7).end_object();
///     SecretString text = out.take();
class JsonWriter {
  public:
    explicit JsonWriter(Content content = Content::kSecret);
    ~JsonWriter();
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& integer(std::int64_t value);
    JsonWriter& number(double value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();

    JsonWriter& member(std::string_view name, std::string_view value) { return key(name).string(value); }
    JsonWriter& member(std::string_view name, const char* value) { return key(name).string(value); }
    JsonWriter& member(std::string_view name, std::int64_t value) { return key(name).integer(value); }
    JsonWriter& member(std::string_view name, std::uint64_t value) {
        return key(name).integer(static_cast<std::int64_t>(value));
    }
    JsonWriter& member(std::string_view name, int value) { return key(name).integer(value); }
    JsonWriter& member(std::string_view name, bool value) { return key(name).boolean(value); }

    /// The text so far; complete once every object and array has ended.
    [[nodiscard]] std::string_view view() const noexcept;
    [[nodiscard]] SecretString take();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace agent
