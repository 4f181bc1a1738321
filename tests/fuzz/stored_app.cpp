// SPDX-License-Identifier: Apache-2.0
// The row of an app that someone with the key has forged.
#include <string>

#include "core/store/seal_context.h"
#include "core_stage.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::CoreStage stage;
    const std::string_view plain(reinterpret_cast<const char*>(data), size);
    const agent::StoredRow row{.kind = agent::StoredRow::Kind::kApp,
                               .name = "other",
                               .generation = 3,
                               .sealed = stage.sealer.seal(plain, agent::seal_context("app-record", "other", 3))};
    const auto restored = stage.apps.load(row);
    const agent::App* app = stage.apps.find("other");
    FUZZ_ASSERT(restored.has_value() == (app != nullptr));
    if (app == nullptr) return 0;

    // What was taken can be written, and is then taken as the same.
    const auto write = [](const agent::App& from) {
        agent::JsonWriter out;
        agent::write_app(out, from, /*with_secret=*/true);
        return std::string(out.take().reveal());
    };
    const auto secret = stage.apps.secret(*app);
    FUZZ_ASSERT(secret && !secret->empty());
    agent::App whole = app->clone();
    whole.client_secret = secret->clone();
    const std::string written = write(whole);
    const auto json = agent::Json::parse(written);
    FUZZ_ASSERT(json);
    const auto again =
        agent::app_from_json("other", *json, [](const agent::Json& value) -> agent::Result<agent::SecretString> {
            return agent::SecretString(value.string().value_or(""));
        });
    FUZZ_ASSERT(again && write(*again) == written);
    return 0;
}
