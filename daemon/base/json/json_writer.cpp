// SPDX-License-Identifier: Apache-2.0
#include "base/json/json_writer.h"

#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/secret/wiping_allocator.h"
#include "base/text/utf8.h"

namespace agent {

namespace {

SecretString replace_invalid(std::string_view value) {
    SecretBuffer clean;
    while (!value.empty()) {
        const std::size_t length = utf8_length(value);
        clean.append(length == 0 ? kReplacementCharacter : value.substr(0, length));
        value.remove_prefix(length == 0 ? 1 : length);
    }
    return clean.take();
}

}  // namespace

struct JsonWriter::Impl {
    /// An output stream in RapidJSON's sense. Takes one byte at a time, so it is a SecretBuffer that can be seen
    /// through.
    class WipedStream {
      public:
        using Ch = char;

        explicit WipedStream(Content content) noexcept : content_(content) {}

        void Put(char c) {
            if (used_ == block_.size()) grow();
            block_.data()[used_++] = c;
        }
        void Flush() {}

        [[nodiscard]] std::string_view view() const noexcept { return {block_.reveal().data(), used_}; }
        [[nodiscard]] SecretString take() {
            SecretString taken(view(), content_);
            block_ = SecretString();
            used_ = 0;
            return taken;
        }

      private:
        static constexpr std::size_t kFirstBlock = 512;  // holds most token answers

        void grow() {
            SecretString larger(std::max(2 * block_.size(), kFirstBlock), content_);
            std::copy_n(block_.reveal().data(), used_, larger.data());
            block_ = std::move(larger);
        }

        Content content_;
        SecretString block_;
        std::size_t used_ = 0;
    };

    explicit Impl(Content content) : out(content) {}

    WipedStream out;
    WipingAllocator allocator;
    rapidjson::Writer<WipedStream, rapidjson::UTF8<>, rapidjson::UTF8<>, WipingAllocator> writer{out, &allocator};

    void write_text(std::string_view text) {
        writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
};

JsonWriter::JsonWriter(Content content) : impl_(std::make_unique<Impl>(content)) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::begin_object() {
    impl_->writer.StartObject();
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    impl_->writer.EndObject();
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    impl_->writer.StartArray();
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    impl_->writer.EndArray();
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    return string(name);  // the writer recognises a key by its position
}

JsonWriter& JsonWriter::string(std::string_view value) {
    if (value.empty()) {
        impl_->write_text("");  // RapidJSON does not accept a null pointer
    } else if (find_invalid_utf8(value) == std::string_view::npos) {
        impl_->write_text(value);
    } else {
        impl_->write_text(replace_invalid(value).reveal());
    }
    return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
    impl_->writer.Int64(value);
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    if (!std::isfinite(value)) return null();  // JSON cannot express it
    impl_->writer.Double(value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    impl_->writer.Bool(value);
    return *this;
}

JsonWriter& JsonWriter::null() {
    impl_->writer.Null();
    return *this;
}

std::string_view JsonWriter::view() const noexcept {
    return impl_->out.view();
}

SecretString JsonWriter::take() {
    return impl_->out.take();
}

}  // namespace agent
