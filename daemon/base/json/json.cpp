// SPDX-License-Identifier: Apache-2.0
#include "base/json/json.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/secret/wiping_allocator.h"
#include "base/text/utf8.h"

namespace agent {

namespace {

constexpr std::size_t kDeepestNesting = 32;  // also bounds the recursion of RapidJSON's parser

Json::Position advance(Json::Position from, std::string_view over) {
    for (const char c : over) {
        if (c == '\n') {
            ++from.line;
            from.column = 1;
        } else {
            ++from.column;
        }
    }
    return from;
}

const char* explain(rapidjson::ParseErrorCode code) {
    switch (code) {
        case rapidjson::kParseErrorDocumentEmpty:
            return "expected a value, found nothing";
        case rapidjson::kParseErrorDocumentRootNotSingular:
            return "unexpected text after the value";
        case rapidjson::kParseErrorValueInvalid:
            return "expected a value";
        case rapidjson::kParseErrorObjectMissName:
            return "expected a key in double quotes";
        case rapidjson::kParseErrorObjectMissColon:
            return "expected ':' after the key";
        case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
            return "expected ',' or '}' after the member";
        case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
            return "expected ',' or ']' after the element";
        case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
            return "expected four hexadecimal digits after \\u";
        case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
            return "half of a surrogate pair";
        case rapidjson::kParseErrorStringEscapeInvalid:
            return "invalid escape or control character in a string";
        case rapidjson::kParseErrorStringMissQuotationMark:
            return "the string does not end";
        case rapidjson::kParseErrorNumberTooBig:
            return "number out of range";
        case rapidjson::kParseErrorNumberMissFraction:
        case rapidjson::kParseErrorNumberMissExponent:
            return "expected a digit";
        case rapidjson::kParseErrorUnspecificSyntaxError:
            return "the comment does not end";
        default:
            return "not JSON";
    }
}

/// The index of the first member with a duplicate key, or nullopt. Sorting keeps a hostile object of many keys cheap.
std::optional<std::size_t> find_duplicate(const Json::Object& members) {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const int compared = members[a].first.compare(members[b].first);
        return compared != 0 ? compared < 0 : a < b;
    });
    std::optional<std::size_t> first;
    for (std::size_t i = 1; i < order.size(); ++i) {
        if (members[order[i - 1]].first == members[order[i]].first)
            first = std::min(first.value_or(order[i]), order[i]);
    }
    return first;
}

}  // namespace

/// Builds a Json from the events of RapidJSON's reader. A handler that returns false ends the parse; `error` then says
/// why.
class JsonBuilder {
  public:
    JsonBuilder(std::string_view text, const rapidjson::MemoryStream& stream) : text_(text), stream_(stream) {}

    bool Null() { return add({}); }
    bool Bool(bool value) { return add(value); }
    bool Int(int value) { return add(std::int64_t{value}); }
    bool Uint(unsigned value) { return add(std::int64_t{value}); }
    bool Int64(std::int64_t value) { return add(value); }
    bool Uint64(std::uint64_t value) {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return add(static_cast<double>(value));
        }
        return add(static_cast<std::int64_t>(value));
    }
    bool Double(double value) {
        // RapidJSON 1.1.0 checks only the exponent: 55e308 becomes infinity.
        return std::isfinite(value) ? add(value) : refuse(locate(), "number out of range");
    }
    bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }  // needs a flag that is not used
    bool String(const char* data, rapidjson::SizeType size, bool) {
        const std::string_view text(data, size);
        return check_text(text) && add(SecretString(text));
    }
    bool Key(const char* data, rapidjson::SizeType size, bool) {
        const std::string_view text(data, size);
        if (!check_text(text)) return false;
        Json& member = std::get<Json::Object>(open_.back().value_).emplace_back(text, Json()).second;
        member.key_position_ = locate();
        return true;
    }
    bool StartObject() { return open(Json::Object()); }
    bool StartArray() { return open(Json::Array()); }
    bool EndObject(rapidjson::SizeType) {
        const auto& members = std::get<Json::Object>(open_.back().value_);
        if (const auto duplicate = find_duplicate(members)) {
            const auto& [key, value] = members[*duplicate];
            return refuse(value.key_position(), "duplicate key \"" + key + "\"");
        }
        return close();
    }
    bool EndArray(rapidjson::SizeType) { return close(); }

    std::optional<Error> error;

    [[nodiscard]] Json take() { return std::move(root_); }

  private:
    bool refuse(Json::Position at, std::string_view message) {
        error = json_error(at, message);
        return false;
    }

    /// Where the current token began. RapidJSON only reports its position, which is after the token; so start at the
    /// end of the previous token and skip the white space, punctuation and comments that RapidJSON has just accepted.
    Json::Position locate() {
        std::size_t at = behind_last_;
        for (;; ++at) {
            at = text_.find_first_not_of(" \t\r\n,:]}", at);
            if (text_[at] != '/') break;
            const bool block = text_[at + 1] == '*';
            at = block ? text_.find("*/", at + 2) + 1 : text_.find('\n', at);
        }
        position_ = advance(position_, text_.substr(counted_, at - counted_));
        counted_ = at;
        behind_last_ = stream_.Tell();
        return position_;
    }

    /// RapidJSON decodes "\udc00" to a lone surrogate, which is not UTF-8.
    bool check_text(std::string_view decoded) {
        return find_invalid_utf8(decoded) == std::string_view::npos || refuse(locate(), "half of a surrogate pair");
    }

    Json make(Json::Value value) {
        Json made;
        made.value_ = std::move(value);
        made.position_ = locate();
        return made;
    }

    bool open(Json::Value container) {
        open_.push_back(make(std::move(container)));
        return open_.size() <= kDeepestNesting || refuse(position_, "nested deeper than 32 levels");
    }

    bool close() {
        Json done = std::move(open_.back());
        open_.pop_back();
        return place(std::move(done));
    }

    bool add(Json::Value value) { return place(make(std::move(value))); }

    bool place(Json value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (auto* members = std::get_if<Json::Object>(&open_.back().value_)) {
            Json& member = members->back().second;
            value.key_position_ = member.key_position_;
            member = std::move(value);
        } else {
            std::get<Json::Array>(open_.back().value_).push_back(std::move(value));
        }
        return true;
    }

    std::string_view text_;
    const rapidjson::MemoryStream& stream_;
    std::size_t behind_last_ = 0;  // offset of the first byte after the last token
    std::size_t counted_ = 0;      // offset of position_
    Json::Position position_;
    std::vector<Json> open_;  // the containers around the current token
    Json root_;
};

Result<Json> Json::parse(std::string_view text, Comments comments) {
    // Checked here to cover comments, and because RapidJSON treats a NUL as the end of the text.
    const std::size_t invalid = std::min(find_invalid_utf8(text), text.find('\0'));
    if (invalid != std::string_view::npos) {
        return tl::unexpected(json_error(advance({}, text.substr(0, invalid)),
                                         text[invalid] == '\0' ? "unexpected NUL byte" : "invalid UTF-8"));
    }
    WipingAllocator allocator;
    rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, WipingAllocator> reader(&allocator);
    rapidjson::MemoryStream stream(text.data(), text.size());
    JsonBuilder builder(text, stream);
    constexpr unsigned kWithComments = rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag;
    const rapidjson::ParseResult parsed = comments == Comments::kAllow
                                              ? reader.Parse<kWithComments>(stream, builder)
                                              : reader.Parse<rapidjson::kParseNoFlags>(stream, builder);
    if (builder.error) return tl::unexpected(*std::move(builder.error));
    if (parsed.IsError()) {
        return tl::unexpected(json_error(advance({}, text.substr(0, parsed.Offset())), explain(parsed.Code())));
    }
    return builder.take();
}

std::optional<std::string_view> Json::string() const noexcept {
    if (const auto* text = std::get_if<SecretString>(&value_)) return text->reveal();
    return std::nullopt;
}

std::optional<bool> Json::boolean() const noexcept {
    if (const auto* value = std::get_if<bool>(&value_)) return *value;
    return std::nullopt;
}

std::optional<std::int64_t> Json::integer() const noexcept {
    if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
    return std::nullopt;
}

std::optional<double> Json::number() const noexcept {
    if (const auto* value = std::get_if<double>(&value_)) return *value;
    if (const auto whole = integer()) return static_cast<double>(*whole);
    return std::nullopt;
}

const Json* Json::find(std::string_view key) const noexcept {
    const Object* members = object();
    if (members == nullptr) return nullptr;
    const auto found = std::find_if(members->begin(), members->end(), [&](const Member& m) { return m.first == key; });
    return found == members->end() ? nullptr : &found->second;
}

std::optional<std::string_view> Json::find_string(std::string_view key) const noexcept {
    const Json* value = find(key);
    return value == nullptr ? std::nullopt : value->string();
}

std::optional<std::int64_t> Json::find_integer(std::string_view key) const noexcept {
    const Json* value = find(key);
    return value == nullptr ? std::nullopt : value->integer();
}

std::optional<bool> Json::find_boolean(std::string_view key) const noexcept {
    const Json* value = find(key);
    return value == nullptr ? std::nullopt : value->boolean();
}

const char* Json::type_name() const noexcept {
    static constexpr const char* kNames[] = {"null", "true or false", "number", "number", "string", "array", "object"};
    static_assert(std::size(kNames) == std::variant_size_v<Value>);
    return kNames[value_.index()];
}

Error json_error(Json::Position at, std::string_view message) {
    std::string text = "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": ";
    text += message;
    return Error{.code = Error::Code::kBadRequest, .message = std::move(text)};
}

}  // namespace agent
