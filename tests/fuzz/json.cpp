// SPDX-License-Identifier: Apache-2.0
// JSON from anywhere: what is taken can be written, and is then taken as the same.
#include "base/json/json.h"

#include <string>

#include "base/json/json_writer.h"
#include "checks.h"
#include "target.h"

using agent::Json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    const auto comments = input.pick(2) == 0 ? Json::Comments::kRefuse : Json::Comments::kAllow;
    const auto read = Json::parse(input.rest(), comments);
    if (!read) {
        FUZZ_ASSERT(read.error().code == agent::Error::Code::kBadRequest);
        FUZZ_ASSERT(read.error().message.starts_with("line "));
        return 0;
    }
    agent::JsonWriter out;
    fuzz::write(out, *read);
    const auto again = Json::parse(out.view());
    FUZZ_ASSERT(again);
    FUZZ_ASSERT(fuzz::equal(*read, *again));
    return 0;
}
