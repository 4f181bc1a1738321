// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>

#include "base/crypto/sealing.h"
#include "base/log.h"
#include "http_server.h"
#include "options.h"
#include "ready.h"
#include "sandbox.h"

namespace agent::sandbox {

namespace {

constexpr int kCannotRun = 1;
constexpr int kUsage = 2;

int complain(int status, std::string_view message) {
    std::fprintf(stderr, "clio-sandbox: %.*s\n", static_cast<int>(message.size()), message.data());
    return status;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// A load test holds thousands of connections open; the usual soft limit is 1024.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void stop(evutil_socket_t, short, void* base) {
    event_base_loopbreak(static_cast<event_base*>(base));
}

int run(Options options) {
    set_log_level(options.log_level);
    raise_descriptor_limit();
    const EventBasePtr base(event_base_new());
    const EventPtr terminate(evsignal_new(base.get(), SIGTERM, stop, base.get()));
    const EventPtr interrupt(evsignal_new(base.get(), SIGINT, stop, base.get()));
    event_add(terminate.get(), nullptr);
    event_add(interrupt.get(), nullptr);

    const auto sandbox = Sandbox::start(base.get(), options.address, options.port, std::move(options.settings));
    if (!sandbox) return complain(kCannotRun, sandbox.error().message);
    const Settings& settings = (*sandbox)->settings();
    if (!write_all(options.ready_fd, ready_line(settings, !options.has_client_file)) ||
        (options.print_config && !write_all(STDOUT_FILENO, sample_configuration(settings)))) {
        return complain(kCannotRun, "cannot write where it listens");
    }
    log(LogLevel::kNotice, "listening", {{"at", settings.base_url}});
    event_base_dispatch(base.get());
    return 0;
}

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // evhttp answers clients that have gone
    if (!init_sealing()) return complain(kCannotRun, "libsodium does not start");
    auto parsed = parse_options(argc, argv);
    if (!parsed) return complain(kUsage, parsed.error().message);
    if (const auto* text = std::get_if<std::string>(&*parsed)) return write_all(STDOUT_FILENO, *text) ? 0 : kCannotRun;
    return run(std::get<Options>(*std::move(parsed)));
}

}  // namespace

}  // namespace agent::sandbox

int main(int argc, char** argv) {
    try {
        return agent::sandbox::main(argc, argv);
    } catch (const std::exception& error) {
        return agent::sandbox::complain(agent::sandbox::kCannotRun, error.what());
    }
}
