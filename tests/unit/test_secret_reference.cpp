// SPDX-License-Identifier: Apache-2.0
#include "app/keys/secret_reference.h"

#include <cstdlib>

#include "expect.h"
#include "temp_dir.h"

using agent::Guard;
using agent::SecretReference;

namespace {

agent::Result<SecretReference> read(std::string_view text) {
    const auto json = agent::Json::parse(text);
    cr_assert(json);
    return agent::secret_reference_from_json(*json);
}

}  // namespace

Test(secret_reference, file_and_credential) {
    ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/cliod.service", /*overwrite=*/1);
    const auto file = read(R"({"file":"/etc/cliod/secret"})");
    cr_assert(file);
    EXPECT_TEXT(file->path, "/etc/cliod/secret");
    cr_expect(file->guard == Guard::kFileMode);
    const auto credential = read(R"({"credential":"clio"})");
    cr_assert(credential);
    EXPECT_TEXT(credential->path, "/run/credentials/cliod.service/clio");
    cr_expect(credential->guard == Guard::kServiceManager);
}

Test(secret_reference, says_what_is_wrong) {
    constexpr std::pair<const char*, const char*> kRows[] = {
        {R"("s3cret")", "a secret does not belong in the configuration"},
        {"null", "expected { \"file\": PATH } or { \"credential\": NAME }"},
        {"{}", "expected either"},
        {R"({"file":"/a","credential":"b"})", "expected either"},
        {R"({"file":7})", "\"file\": expected a string"},
        {R"({"file":"relative"})", "\"file\": expected an absolute path"},
        {R"({"file":""})", "\"file\": expected an absolute path"},
        {R"({"path":"/a"})", "unknown key \"path\""},
        {R"({"credential":""})", "expected the name of a credential"},
        {R"({"credential":"../shadow"})", "expected the name of a credential"},
        {R"({"credential":".."})", "expected the name of a credential"},
    };
    ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials", /*overwrite=*/1);
    for (const auto& [text, reason] : kRows) {
        const auto reference = read(text);
        cr_assert_not(reference, "%s was accepted", text);
        cr_expect(reference.error().code == agent::Error::Code::kBadRequest);
        EXPECT_CONTAINS(reference.error().message, "line 1, column ");
        EXPECT_CONTAINS(reference.error().message, reason);
        cr_expect(reference.error().message.find("s3cret") == std::string::npos);
    }
    ::unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_CONTAINS(read(R"({"credential":"clio"})").error().message, "CREDENTIALS_DIRECTORY is not set");
}

Test(secret_reference, one_newline_at_the_end_does_not_count) {
    const TempDir dir;
    constexpr std::pair<const char*, const char*> kRows[] = {
        {"secret", "secret"}, {"secret\n", "secret"}, {"secret\r\n", "secret"}, {"two\n\n", "two\n"}, {" s \n", " s "},
    };
    for (const auto& [text, secret] : kRows) {
        EXPECT_TEXT(agent::read_secret({.path = dir.write("file", text)}).value().reveal(), secret);
    }
}

Test(secret_reference, a_file_without_a_secret) {
    const TempDir dir;
    for (const char* text : {"", "\n", "\r\n"}) {
        EXPECT_CONTAINS(agent::read_secret({.path = dir.write("file", text)}).error().message, "contains no secret");
    }
    const SecretReference open_file{.path = dir.write("file", "secret", 0644)};
    cr_expect(agent::read_secret(open_file).error().code == agent::Error::Code::kForbidden);
    const SecretReference credential{.path = open_file.path, .guard = Guard::kServiceManager};
    cr_expect(agent::read_secret(credential));
    cr_expect(agent::read_secret({.path = dir / "none"}).error().code == agent::Error::Code::kNotFound);
}
