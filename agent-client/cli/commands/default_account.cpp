// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "base/fd.h"
#include "base/json/json_writer.h"
#include "base/text/printable.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/session.h"
#include "lib/default_account.h"
#include "lib/token_call.h"

namespace agent {

namespace {

Reply<std::string> need_file() {
    std::string file = default_account_file();
    if (file.empty()) return fail(Error::Code::kBadRequest, "neither XDG_CONFIG_HOME nor HOME has an absolute path");
    return file;
}

Reply<void> make_folders(const std::string& file) {
    constexpr mode_t kPrivate = 0700;
    for (std::size_t end = file.find('/', 1); end != std::string::npos; end = file.find('/', end + 1)) {
        const std::string folder = file.substr(0, end);
        if (::mkdir(folder.c_str(), kPrivate) != 0 && errno != EEXIST) return fail_errno(folder, errno);
    }
    return {};
}

/// Replaces the file as a whole, so that a reader never sees half a name.
Reply<void> write_choice(const std::string& file, const std::string& account) {
    AGENT_CHECK(make_folders(file));
    const std::string text = account + '\n';
    const std::string unfinished = file + ".new";
    const Fd fd(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return fail_errno(unfinished, errno);
    if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return fail_errno(unfinished, errno);
    if (::rename(unfinished.c_str(), file.c_str()) != 0) return fail_errno(file, errno);
    return {};
}

Reply<void> choose(const Arguments& arguments, const std::string& file) {
    const std::string account(arguments.words.front());
    AGENT_TRY(std::string target, account_path(account));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_CHECK(client.call({.method = "GET", .target = std::move(target)}));  // it exists
    AGENT_CHECK(write_choice(file, account));
    if (arguments.has("json")) return {};
    return print(account + " is used when no account is named\n");
}

Reply<void> forget(const Arguments& arguments, const std::string& file) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) return fail_errno(file, errno);
    if (arguments.has("json")) return {};
    return print("No account is used when none is named, unless there is only one\n");
}

Reply<void> show(const Arguments& arguments) {
    const auto chosen = default_account();
    if (arguments.has("json")) {
        JsonWriter out;
        out.begin_object().key("account");
        if (chosen) {
            out.string(*chosen);
        } else {
            out.null();
        }
        out.end_object();
        return print_line(out.view());
    }
    if (chosen) return print(printable(*chosen) + "\n");
    tell("None is chosen: clioctl default ACCOUNT\n");
    return {};
}

}  // namespace

Reply<int> choose_default(const Arguments& arguments) {
    const bool clears = arguments.has("clear");
    if (clears && !arguments.words.empty()) return usage(arguments.command, "--clear takes no account");
    AGENT_TRY(const std::string file, need_file());
    if (clears) {
        AGENT_CHECK(forget(arguments, file));
    } else {
        AGENT_CHECK(arguments.words.empty() ? show(arguments) : choose(arguments, file));
    }
    return 0;
}

}  // namespace agent
