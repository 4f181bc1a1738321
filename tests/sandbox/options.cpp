// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <getopt.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "option_table.h"
#include "usage.h"

namespace agent::sandbox {

namespace {

constexpr const char* kBuiltInId = "clio-sandbox";
constexpr const char* kBuiltInSecret = "this-is-no-secret";
constexpr const char* kDefaultRedirect = "http://127.0.0.1:5678/callback";
constexpr const char* kDefaultScope = "read write";

tl::unexpected<Error> refuse_option(const std::string& what, const std::string& reason) {
    return fail(Error::Code::kBadRequest, what + ": " + reason);
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!(text << file.rdbuf())) return refuse_option("--client-file: " + path, std::strerror(errno));
    return std::move(text).str();
}

/// Fills in what was not said.
Result<Options> settle(Gathered gathered) {
    Settings& settings = gathered.options.settings;
    ClientDefaults& client = gathered.client;
    if (client.redirect_uris.empty()) client.redirect_uris.emplace_back(kDefaultRedirect);
    if (client.scope.empty()) client.scope = kDefaultScope;
    if (gathered.client_file.empty()) {
        settings.clients.push_back(make_client(kBuiltInId, SecretString(kBuiltInSecret), client));
    } else {
        AGENT_TRY(const std::string json, read_file(gathered.client_file));
        auto clients = read_clients(json, client);
        if (!clients) return refuse_option("--client-file: " + gathered.client_file, clients.error().message);
        settings.clients = *std::move(clients);
        gathered.options.has_client_file = true;
    }
    if (settings.users.empty()) {
        settings.users = {{.id = 42, .name = "Jane Doe", .email = "jane@example.com"},
                          {.id = 43, .name = "John Roe", .email = "john@example.com"}};
    }
    return std::move(gathered.options);
}

std::vector<option> long_options() {
    std::vector<option> options;
    for (const OptionRow& row : option_rows()) {
        options.push_back({row.name, row.argument == nullptr ? no_argument : required_argument, nullptr, 0});
    }
    options.push_back({});
    return options;
}

}  // namespace

Result<std::variant<Options, std::string>> parse_options(int argc, char** argv) {
    Gathered gathered;
    const auto known = long_options();
    opterr = 0;  // the message is ours
    for (int index = 0;;) {
        const int at = optind;
        const int found = getopt_long(argc, argv, "+", known.data(), &index);
        if (found == -1) break;
        if (found != 0) return refuse_option(argv[at], "unknown, ambiguous, or used in the wrong way; see --help");
        const OptionRow& row = option_rows()[static_cast<std::size_t>(index)];
        if (row.name == std::string_view("help")) return usage();
        if (row.name == std::string_view("version")) return version_line();
        const auto applied = row.apply(gathered, optarg == nullptr ? "" : optarg);
        if (!applied) return refuse_option(std::string("--") + row.name, applied.error().message);
    }
    if (optind < argc) return refuse_option(argv[optind], "not an option; see --help");
    AGENT_TRY(Options options, settle(std::move(gathered)));
    return options;
}

}  // namespace agent::sandbox
