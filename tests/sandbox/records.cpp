// SPDX-License-Identifier: Apache-2.0
#include "records.h"

#include <algorithm>

namespace agent::sandbox {

namespace {

std::string etag_of(std::int64_t id) {
    return "\"sandbox-" + std::to_string(id) + '"';
}

Record matter(std::int64_t id, std::string number, std::string description, std::string status) {
    return {{"id", id},
            {"etag", etag_of(id)},
            {"display_number", std::move(number)},
            {"description", std::move(description)},
            {"status", std::move(status)}};
}

Record contact(std::int64_t id, std::string name, std::string type) {
    return {{"id", id}, {"etag", etag_of(id)}, {"name", std::move(name)}, {"type", std::move(type)}};
}

}  // namespace

std::span<const Record> demo_records(std::string_view collection) {
    static const std::vector<Record> matters = {
        matter(1001, "00001-Doe", "Estate of Richard Doe", "Open"),
        matter(1002, "00002-Roe", "Roe v. Wade's Boat Hire", "Open"),
        matter(1003, "00003-Smith", "Lease of 4 Harbour Street", "Pending"),
        matter(1004, "00004-Müller", "Gründung einer Gesellschaft", "Open"),
        matter(1005, "00005-O'Brien", "Boundary \"to the oak\"", "Closed"),
        matter(1006, "00006-Nguyễn", "Adoption", "Open"),
        matter(1007, "00007-Doe", "Doe: tax return", "Closed"),
    };
    static const std::vector<Record> contacts = {
        contact(2001, "Richard Doe", "Person"),
        contact(2002, "Wade's Boat Hire", "Company"),
        contact(2003, "Anna Müller", "Person"),
    };
    if (collection == "matters") return matters;
    if (collection == "contacts") return contacts;
    return {};
}

Record user_record(const User& user) {
    return {{"id", user.id}, {"etag", etag_of(user.id)}, {"name", user.name}, {"email", user.email}};
}

tl::expected<std::vector<std::string_view>, Reply> choose_fields(std::string_view fields, const Record& example) {
    if (fields.empty()) return std::vector<std::string_view>{"id", "etag"};
    std::vector<std::string_view> names;
    while (!fields.empty()) {
        const std::string_view name = fields.substr(0, fields.find(','));
        fields.remove_prefix(std::min(fields.size(), name.size() + 1));
        const bool known =
            std::any_of(example.begin(), example.end(), [&](const auto& field) { return field.first == name; });
        if (!known) {
            return tl::unexpected(api_error(400, "InvalidFields", "The sandbox has no field " + std::string(name)));
        }
        names.push_back(name);
    }
    return names;
}

void write_record(JsonWriter& out, const Record& record, const std::vector<std::string_view>& fields) {
    out.begin_object();
    for (const std::string_view name : fields) {
        const auto field = std::find_if(record.begin(), record.end(), [&](const auto& f) { return f.first == name; });
        out.key(name);
        if (const auto* number = std::get_if<std::int64_t>(&field->second)) {
            out.integer(*number);
        } else {
            out.string(std::get<std::string>(field->second));
        }
    }
    out.end_object();
}

}  // namespace agent::sandbox
