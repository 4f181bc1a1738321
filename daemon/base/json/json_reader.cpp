// SPDX-License-Identifier: Apache-2.0
#include "base/json/json_reader.h"

#include <algorithm>
#include <charconv>

namespace agent {

namespace {

std::string quoted(std::string_view text) {
    std::string result = "\"";
    result += text;
    return result += '"';
}

std::string joined(std::span<const std::string_view> words, std::string_view separator) {
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty()) text += separator;
        text += word;
    }
    return text;
}

std::string decimal(double value) {
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

}  // namespace

JsonReader::JsonReader(const Json& object) : object_(object) {
    if (!object.is_object()) {
        refuse(json_error(object.position(), std::string("expected an object, found ") + object.type_name()));
    }
}

const Json* JsonReader::required(std::string_view key, std::string_view expected) {
    const Json* value = optional(key);
    if (value == nullptr) {
        refuse(json_error(object_.position(), "missing " + quoted(key) + " (" + std::string(expected) + ")"));
    }
    return value;
}

const Json* JsonReader::optional(std::string_view key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
    return object_.find(key);
}

std::string JsonReader::required_string(std::string_view key) {
    required(key, "a string");
    const auto text = optional_string(key);
    if (text && text->empty()) refuse(key, "must not be empty");
    return text.value_or("");
}

std::optional<std::string> JsonReader::optional_string(std::string_view key) {
    const Json* value = optional(key);
    if (value == nullptr) return std::nullopt;
    if (const auto text = value->string()) return std::string(*text);
    mismatch(key, *value, "a string");
    return std::nullopt;
}

std::int64_t JsonReader::required_integer(std::string_view key, std::int64_t least, std::int64_t most) {
    required(key, "a whole number");
    return optional_integer(key, least, most).value_or(least);
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const Json* value = optional(key);
    if (value == nullptr) return std::nullopt;
    const auto integer = value->integer();
    if (integer && *integer >= least && *integer <= most) return integer;
    mismatch(key, *value, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<double> JsonReader::optional_number(std::string_view key, double least, double most) {
    const Json* value = optional(key);
    if (value == nullptr) return std::nullopt;
    const auto number = value->number();
    if (number && *number >= least && *number <= most) return number;
    mismatch(key, *value, "a number from " + decimal(least) + " to " + decimal(most));
    return std::nullopt;
}

std::optional<bool> JsonReader::optional_boolean(std::string_view key) {
    const Json* value = optional(key);
    if (value == nullptr) return std::nullopt;
    if (const auto boolean = value->boolean()) return boolean;
    mismatch(key, *value, "true or false");
    return std::nullopt;
}

std::optional<std::size_t> JsonReader::find_word(std::string_view key, std::span<const std::string_view> words) {
    const Json* value = optional(key);
    if (value == nullptr) return std::nullopt;
    if (const auto text = value->string()) {
        const auto found = std::find(words.begin(), words.end(), *text);
        if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    }
    mismatch(key, *value, "one of " + joined(words, ", "));
    return std::nullopt;
}

void JsonReader::mismatch(std::string_view key, const Json& value, std::string_view expected) {
    std::string found = value.type_name();
    if (const auto integer = value.integer()) found = std::to_string(*integer);
    refuse(key, "expected " + std::string(expected) + ", found " + found);
}

void JsonReader::refuse(std::string_view key, std::string_view message) {
    const Json* value = object_.find(key);
    refuse(json_error(value == nullptr ? object_.position() : value->position(),
                      quoted(key) + ": " + std::string(message)));
}

void JsonReader::refuse(Error error) {
    if (!error_) error_ = std::move(error);
}

Result<void> JsonReader::finish() const {
    if (const Json::Object* members = object_.object()) {
        for (const auto& [key, value] : *members) {
            if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
            return tl::unexpected(json_error(
                value.key_position(), "unknown key " + quoted(key) + "; expected one of " + joined(known_, ", ")));
        }
    }
    if (error_) return tl::unexpected(*error_);
    return {};
}

}  // namespace agent
