// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <cstdlib>
#include <regex>

#include "expect.h"
#include "fakes/test_certificates.h"
#include "source_root.h"
#include "temp_dir.h"

using agent::Config;

namespace {

std::string sample() {
    return source_path("etc/cliod.json");
}

/// An app whose secret is in `dir`.
std::string app_text(const TempDir& dir) {
    return R"({"product": "manage", "region": "us", "client_id": "id", "client_secret": {"file": ")" +
           dir.write("secret", "the App Secret\n") + R"("}, "redirect_uri": "http://127.0.0.1:5678/callback"})";
}

struct Bad {
    const char* text;  // SECRET is replaced by the path of a secret file
    const char* error;
};

constexpr Bad kBad[] = {
    {"[]", "line 1, column 1: expected an object, found array"},
    {"{", "line 1, column 2: expected a key"},
    {"{\n \"app\": {}}",
     "line 2, column 2: unknown key \"app\"; expected one of apps, key, witness, lock, refresh, tls"},
    {R"({"proxy": "https://proxy.example:3128"})", "line 1, column 11: expected http://HOST:PORT"},
    {R"({"proxy": "http://proxy.example"})", "line 1, column 11: expected http://HOST:PORT"},
    {R"({"proxy": "http://proxy.example:1/path"})", "line 1, column 11: expected http://HOST:PORT"},
    {R"({"proxy": "http://me:s3cret@proxy.example:1"})",
     "line 1, column 11: expected http://HOST:PORT: put user and password into"},
    {R"({"proxy": 3128})", "line 1, column 11: expected an object"},
    {R"({"proxy": {"user": "me"}})", "unknown key \"user\""},
    {R"({"proxy": {"url": 3128}})", "line 1, column 19: expected http://HOST:PORT"},
    {R"({"proxy": {}})", "expected http://HOST:PORT"},
    {R"({"apps": []})", "line 1, column 10: \"apps\": expected an object"},
    {R"({"apps": {"firm": []}})", "line 1, column 19: expected an object, found array"},
    {"{\"apps\": {\n\"the firm\": {}}}", "line 2, column 1: an app's name"},
    {R"({"apps": {"firm": {"product": "manage", "region": "us", "client_id": "i", "client_secret": "s3cret"}}})",
     "line 1, column 92: expected { \"file\": PATH } or { \"credential\": NAME }"},
    {R"({"apps": {"firm": {"client_secret": {"file": "/nonexistent"}}}})", "missing \"product\""},
    {R"({"apps": {"firm": {"product": "manage", "region": "us", "client_id": "i", "client_secret": {"file": "/nonexistent"}}}})",
     "line 1, column 92: /nonexistent: No such file"},
    {R"({"key": "0123"})", "line 1, column 9: expected { \"file\": PATH }"},
    {R"({"key": {"passphrase": false}})", "expected true"},
    {R"({"key": {"passphrase": true, "file": "/k"}})", "file"},
    {R"({"lock": {"after_idle": 1}})", "after_idle"},
    {R"({"lock": {"on_suspend": 1}})", "on_suspend"},
    {R"({"lock": {"idle": 100}})", "idle"},
    {R"({"key": {"file": "key"}})", "line 1, column 18: \"file\": expected an absolute path"},
    {R"({"refresh": 0.8})", "line 1, column 13: expected an object, found number"},
    {R"({"refresh": {"at_fractoin": 0.5}})", "line 1, column 14: unknown key \"at_fractoin\""},
    {R"({"refresh": {"at_fraction": 1.5}})", "line 1, column 29: \"at_fraction\": expected a number from 0.1 to 0.9"},
    {R"({"refresh": {"at_fraction": "0.5"}})", "line 1, column 29: \"at_fraction\": expected a number"},
    {R"({"refresh": {"max_parallel": 0}})", "line 1, column 30: \"max_parallel\": expected a whole number from 1"},
    {R"({"refresh": {"max_parallel": 1.5}})", "line 1, column 30: \"max_parallel\": expected a whole number from 1"},
    {R"({"refresh": {"max_per_second": 0}})", "line 1, column 32: \"max_per_second\": expected a number from 0.01"},
    {R"({"tls": {"ca_file": "/nonexistent"}})", "line 1, column 21: \"ca_file\": /nonexistent: No such file"},
    {R"({"tls": {"ca_file": ""}})", "line 1, column 21: \"ca_file\": expected an absolute path"},
    {R"({"tls": {"ca_file": "ca.pem"}})", "line 1, column 21: \"ca_file\": expected an absolute path"},
    {R"({"tls": {"verify": false}})", "line 1, column 10: unknown key \"verify\""},
    {R"({"refresh": {}, "refresh": {}})", "line 1, column 17: duplicate key \"refresh\""},
};

}  // namespace

Test(config, nothing_said) {
    for (const char* text : {"{}", "// nothing\n{ /* at all */ }", R"({"apps": {}, "refresh": {}, "tls": {},})"}) {
        const auto config = Config::parse(text);
        cr_assert(config, "%s", text);
        cr_expect(config->apps.empty() && !config->key && config->tls.ca_file.empty());
        cr_expect(config->refresh.at_fraction == 0.8 && config->refresh.max_parallel == 8);
        cr_expect(config->refresh.max_per_second == 2.0);
    }
}

Test(config, everything_said) {
    const TempDir dir;
    const std::string ca_file = dir / "ca.pem";
    fakes::TestAuthority().write_certificate(ca_file);
    const std::string credentials = dir.write("proxy.secret", "firm:pass\n");
    const auto config = Config::parse(
        R"({"apps": {"firm": )" + app_text(dir) + R"(, "second": )" + app_text(dir) +
        R"(}, "key": {"file": "/k"}, "refresh": {"at_fraction": 0.5, "max_parallel": 2,)" +
        R"("max_per_second": 10}, "tls": {"ca_file": ")" + ca_file + R"("},)" +
        R"("proxy": {"url": "http://proxy.example:3128", "credentials": {"file": ")" + credentials + R"("}}})");
    cr_assert(config, "%s", config.error().message.c_str());
    cr_assert(config->apps.size() == 2);
    EXPECT_TEXT(config->apps[1].name, "second");
    EXPECT_TEXT(config->apps[1].client_secret.reveal(), "the App Secret");
    EXPECT_TEXT(config->key.value().path, "/k");
    cr_expect(config->refresh.at_fraction == 0.5 && config->refresh.max_parallel == 2);
    cr_expect(config->refresh.max_per_second == 10.0);
    EXPECT_TEXT(config->tls.ca_file, ca_file);
    EXPECT_TEXT(config->proxy.url, "http://proxy.example:3128");
    EXPECT_TEXT(config->proxy.credentials.reveal(), "firm:pass");
}

Test(config, a_proxy_in_a_word) {
    const auto by_url = Config::parse(R"({"proxy": "http://[::1]:3128"})");
    cr_assert(by_url);
    EXPECT_TEXT(by_url->proxy.url, "http://[::1]:3128");
    for (const char* const name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
    const auto by_environment = Config::parse(R"({"proxy": "environment"})");
    cr_expect(by_environment && by_environment->proxy.url.empty());
    ::setenv("HTTPS_PROXY", "http://firm:p#ss@proxy.example:3128", 1);
    EXPECT_TEXT(Config::parse(R"({"proxy": "environment"})").value().proxy.url, "http://proxy.example:3128");
}

Test(config, a_proxy_of_the_environment_that_cannot_be_used) {
    ::setenv("https_proxy", "https://firm:s3cret@proxy.example:3128", 1);
    const auto config = Config::parse(R"({"proxy": "environment"})");
    cr_assert_not(config);
    EXPECT_CONTAINS(config.error().message, "line 1, column 11: https_proxy in the environment: only http:// proxies");
    cr_expect(config.error().message.find("s3cret") == std::string::npos);
}

Test(config, certificates_that_are_none) {
    const TempDir dir;
    for (const char* const text :
         {"", "certificates", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
        const std::string ca_file = dir.write("ca.pem", text, 0644);
        const auto config = Config::parse(R"({"tls": {"ca_file": ")" + ca_file + R"("}})");
        cr_assert_not(config, "%s", text);
        EXPECT_CONTAINS(config.error().message, "\"ca_file\": " + ca_file + ": holds no certificate in PEM format");
    }
}

Test(config, credentials_of_a_proxy_without_a_password) {
    const TempDir dir;
    const auto config = Config::parse(R"({"proxy": {"url": "http://p:1", "credentials": {"file": ")" +
                                      dir.write("proxy.secret", "s3cret") + R"("}}})");
    EXPECT_CONTAINS(config.error().message, "expected USER:PASSWORD");
    cr_expect(config.error().message.find("s3cret") == std::string::npos);
}

Test(config, says_what_is_wrong_and_where) {
    for (const Bad& row : kBad) {
        const auto config = Config::parse(row.text);
        cr_assert_not(config, "%s was accepted", row.text);
        cr_expect(config.error().code == agent::Error::Code::kBadRequest);
        EXPECT_CONTAINS(config.error().message, row.error);
        cr_expect(config.error().message.find("s3cret") == std::string::npos);
    }
}

Test(config, errors_begin_with_the_file) {
    const TempDir dir;
    const std::string path = dir.write("cliod.json", "{\n  \"app\": 1 }", 0644);
    EXPECT_CONTAINS(Config::load(path).error().message, path + ": line 2, column 3: unknown key \"app\"");
    EXPECT_CONTAINS(Config::load(dir / "none").error().message, (dir / "none") + ": No such file");
}

Test(config, is_found_by_the_environment) {
    const TempDir dir;
    ::setenv("XDG_CONFIG_HOME", (dir / "").c_str(), /*overwrite=*/1);
    std::filesystem::create_directory(dir / "cliod");
    dir.write("cliod/cliod.json", R"({"refresh": {"max_parallel": 3}})", 0644);
    cr_expect(Config::load(std::nullopt).value().refresh.max_parallel == 3);
    dir.write("cliod/cliod.json", "not JSON", 0644);
    EXPECT_CONTAINS(Config::load(std::nullopt).error().message, "/cliod/cliod.json: line 1, column 2: ");
}

Test(config, the_sample_is_right_as_it_is) {
    const auto config = Config::load(sample());
    cr_assert(config, "%s", config.error().message.c_str());
    cr_expect(config->apps.empty() && !config->key && config->tls.ca_file.empty());
    // What it shows as the default is the default.
    cr_expect(config->refresh.at_fraction == Config::Refresh().at_fraction);
    cr_expect(config->refresh.max_parallel == Config::Refresh().max_parallel);
    cr_expect(config->refresh.max_per_second == Config::Refresh().max_per_second);
}

Test(config, the_examples_in_the_sample_are_right) {
    const TempDir dir;
    for (const char* name : {"firm.secret", "rehearsal.secret", "clio-intake-secret"}) dir.write(name, "s");
    fakes::TestAuthority().write_certificate(dir / "ca.pem");
    ::setenv("CREDENTIALS_DIRECTORY", (dir / "").c_str(), /*overwrite=*/1);
    std::string text = TempDir::read(sample());
    text = std::regex_replace(text, std::regex("(^|\n)( *)//([\"}])"), "$1$2$3");
    text = std::regex_replace(text, std::regex("/etc/cliod/(firm|rehearsal|ca)\\."), (dir / "$1."));
    text = std::regex_replace(text, std::regex("/usr/local/share/doc/clio-agent/"), source_path("etc/"));
    const auto config = Config::parse(text);
    cr_assert(config, "%s", config.error().message.c_str());
    cr_expect(config->apps.size() == 3 && config->key && !config->tls.ca_file.empty());
    cr_expect(config->hooks.on_login_required.size() == 1 && config->witness);
    cr_expect(config->lock.after_idle && config->lock.on_suspend && config->lock.open_over_restart);
}
