// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "protocol/problem.h"
#include "target.h"

namespace fuzz {

using agent::Json;

namespace {

void check_problem(int status, std::string_view body) {
    const auto problem = Json::parse(body);
    FUZZ_ASSERT(problem && problem->is_object());
    FUZZ_ASSERT(problem->find_string("type") == "about:blank");
    FUZZ_ASSERT(!problem->find_string("title").value_or("").empty());
    FUZZ_ASSERT(problem->find_integer("status") == status);
    FUZZ_ASSERT(!problem->find_string("detail").value_or("").empty());
    const auto code = agent::error_code_from(problem->find_string("code").value_or(""));
    FUZZ_ASSERT(code);
    // The statuses that HTTP itself has for a bad request come with the code of one.
    const bool of_http = *code == agent::Error::Code::kBadRequest && (status == 405 || status == 413 || status == 417);
    FUZZ_ASSERT(of_http || agent::problem_kind(*code).http_status == status);
}

/// RapidJSON reads a number with many digits to the last place but two or three.
bool nearly_equal(std::optional<double> a, std::optional<double> b) {
    if (!a || !b) return a.has_value() == b.has_value();
    return *a == *b || std::abs(*a - *b) <= std::abs(*a) * 1e-15 + std::numeric_limits<double>::min();
}

}  // namespace

void write(agent::JsonWriter& out, const Json& value) {
    if (const Json::Object* object = value.object()) {
        out.begin_object();
        for (const auto& [key, member] : *object) write(out.key(key), member);
        out.end_object();
    } else if (const Json::Array* array = value.array()) {
        out.begin_array();
        for (const Json& item : *array) write(out, item);
        out.end_array();
    } else if (const auto text = value.string()) {
        out.string(*text);
    } else if (const auto truth = value.boolean()) {
        out.boolean(*truth);
    } else if (const auto integer = value.integer()) {
        out.integer(*integer);
    } else if (const auto number = value.number()) {
        out.number(*number);
    } else {
        out.null();
    }
}

bool equal(const Json& a, const Json& b) {
    if (const Json::Object* object = a.object()) {
        return b.is_object() &&
               std::equal(object->begin(), object->end(), b.object()->begin(), b.object()->end(),
                          [](const auto& x, const auto& y) { return x.first == y.first && equal(x.second, y.second); });
    }
    if (const Json::Array* array = a.array()) {
        return b.is_array() && std::equal(array->begin(), array->end(), b.array()->begin(), b.array()->end(), equal);
    }
    return a.is_null() == b.is_null() && a.string() == b.string() && a.boolean() == b.boolean() &&
           a.integer() == b.integer() && nearly_equal(a.number(), b.number());
}

bool is_for_a_person(std::string_view text) {
    constexpr std::size_t kLong = 1000;
    return !text.empty() && text.size() < kLong &&
           std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

void check_answer(int status, std::string_view content_type, std::string_view body) {
    FUZZ_ASSERT(status >= 200 && status < 600);
    FUZZ_ASSERT((status >= 400) == (content_type == "application/problem+json"));
    if (status >= 400) return check_problem(status, body);
    FUZZ_ASSERT(status == 200 || status == 201 || status == 202 || status == 204);
    FUZZ_ASSERT(body.empty() || !content_type.empty());
    FUZZ_ASSERT(body.empty() ? status == 204 || status == 202 : status != 204);
    if (content_type == "application/json") FUZZ_ASSERT(Json::parse(body));
}

}  // namespace fuzz
