// SPDX-License-Identifier: Apache-2.0
#include "base/json/json_reader.h"

#include "expect.h"

using agent::Json;
using agent::JsonReader;

namespace {

enum class Colour { kRed, kGreen };
constexpr agent::WordTable<Colour, 2> kColours{{{"red", Colour::kRed}, {"green", Colour::kGreen}}};

struct Thing {
    std::string name;
    Colour colour = Colour::kRed;
    std::int64_t size = 0;
    std::optional<std::string> note;
    std::optional<double> share;
    std::optional<bool> loud;
    std::optional<std::int64_t> count;
    std::optional<Colour> second;
};

agent::Result<Thing> read(std::string_view text) {
    AGENT_TRY(const Json json, Json::parse(text));
    JsonReader in(json);
    Thing thing;
    thing.name = in.required_string("name");
    thing.colour = in.required_word("colour", kColours);
    thing.size = in.required_integer("size", 1, 9);
    thing.note = in.optional_string("note");
    thing.share = in.optional_number("share", 0, 0.5);
    thing.loud = in.optional_boolean("loud");
    thing.count = in.optional_integer("count", -1, 1);
    thing.second = in.optional_word("second", kColours);
    if (thing.name == "odd") in.refuse("name", "must be even");
    if (thing.name == "short") in.refuse("note", "must be there");
    AGENT_CHECK(in.finish());
    return thing;
}

struct JsonReaderBad {
    const char* text;
    const char* error;
};

constexpr JsonReaderBad kJsonReaderBad[] = {
    {"[]", "line 1, column 1: expected an object, found array"},
    {"{}", "line 1, column 1: missing \"name\" (a string)"},
    {R"({"name":"n","size":1})", "line 1, column 1: missing \"colour\" (a string)"},
    {R"({"name":"n","colour":"red"})", "line 1, column 1: missing \"size\" (a whole number)"},
    {R"({"name":"","colour":"red","size":1})", "line 1, column 9: \"name\": must not be empty"},
    {R"({"name":null,"colour":"red","size":1})", "line 1, column 9: \"name\": expected a string, found null"},
    {R"({"name":"n","colour":"blue","size":1})",
     "line 1, column 22: \"colour\": expected one of red, green, found string"},
    {R"({"name":"n","colour":7,"size":1})", "line 1, column 22: \"colour\": expected one of red, green, found 7"},
    {R"({"name":"n","colour":"red","size":0})",
     "line 1, column 35: \"size\": expected a whole number from 1 to 9, found 0"},
    {R"({"name":"n","colour":"red","size":1.0})",
     "line 1, column 35: \"size\": expected a whole number from 1 to 9, found number"},
    {R"({"name":"n","colour":"red","size":"1"})",
     "line 1, column 35: \"size\": expected a whole number from 1 to 9, found string"},
    {R"({"name":"n","colour":"red","size":1,"note":[]})",
     "line 1, column 44: \"note\": expected a string, found array"},
    {R"({"name":"n","colour":"red","size":1,"share":0.6})",
     "line 1, column 45: \"share\": expected a number from 0 to 0.5, found number"},
    {R"({"name":"n","colour":"red","size":1,"loud":1})",
     "line 1, column 44: \"loud\": expected true or false, found 1"},
    {R"({"name":"n","colour":"red","size":1,"count":2})",
     "line 1, column 45: \"count\": expected a whole number from -1 to 1, found 2"},
    {R"({"name":"n","colour":"red","size":1,"second":"x"})",
     "line 1, column 46: \"second\": expected one of red, green, found string"},
    {R"({"name":"odd","colour":"red","size":1})", "line 1, column 9: \"name\": must be even"},
    {R"({"name":"short","colour":"red","size":1})", "line 1, column 1: \"note\": must be there"},
    // A misspelt key comes before the missing one that it explains.
    {"{\"nmae\":\"n\",\"colour\":\"red\",\n \"size\":1}",
     "line 1, column 2: unknown key \"nmae\"; expected one of name, colour, size, note, share, loud, count, second"},
};

}  // namespace

Test(json_reader, reads_what_is_there) {
    const auto thing = read(
        R"({"second":"green","count":-1,"loud":false,"share":0.25,"note":"","size":9,"colour":"green","name":"n"})");
    cr_assert(thing);
    EXPECT_TEXT(thing->name, "n");
    cr_expect(thing->colour == Colour::kGreen && thing->size == 9 && thing->note == "" && thing->share == 0.25);
    cr_expect(thing->loud == false && thing->count == -1 && thing->second == Colour::kGreen);
}

Test(json_reader, optional_members_may_be_missing) {
    const auto thing = read(R"({"name":"n","colour":"red","size":1})");
    cr_assert(thing);
    cr_expect_not(thing->note || thing->share || thing->loud || thing->count || thing->second);
}

Test(json_reader, says_what_is_wrong_and_where) {
    for (const JsonReaderBad& row : kJsonReaderBad) {
        const auto thing = read(row.text);
        cr_assert_not(thing, "%s was accepted", row.text);
        cr_expect(thing.error().code == agent::Error::Code::kBadRequest);
        EXPECT_TEXT(thing.error().message, row.error);
    }
}

Test(json_reader, words) {
    EXPECT_TEXT(agent::word_of(kColours, Colour::kGreen), "green");
}
