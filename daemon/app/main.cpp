// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "app/agent.h"
#include "app/config.h"
#include "app/options.h"
#include "base/log.h"
#include "base/sealing.h"
#include "io/event_loop.h"
#include "io/journal.h"
#include "io/log_events.h"
#include "io/memory_hooks.h"
#include "io/notify.h"
#include "io/process.h"
#include "protocol/limits.h"
#include "version.h"

namespace agent {

namespace {

Result<void> serve(const Options& options, Config config) {
    AGENT_CHECK(protect_memory());
    AGENT_TRY(StateDir state_dir, StateDir::open(options.state_dir));
    constexpr std::size_t kDescriptors = limits::kConnections + limits::kReservedDescriptors;
    if (const std::size_t limit = raise_descriptor_limit(kDescriptors); limit < kDescriptors)
        log(LogLevel::kWarning, "fewer connections than planned can be open at once: the limit on open files is low",
            {{"limit", std::to_string(limit)}, {"wanted", std::to_string(kDescriptors)}});

    EventLoop loop;
    AGENT_TRY(const auto agent, Agent::start(loop, std::move(config), std::move(state_dir),
                                             {.config = options.config_path,
                                              .socket = options.socket_path.value_or(default_socket_path())}));
    const auto end = [&] {
        notify_stopping();
        agent->stop([&] { loop.stop(); });
    };
    const SignalWatch on_term(loop, SIGTERM, end);
    const SignalWatch on_int(loop, SIGINT, end);
    notify_ready(agent->status_line());
    loop.run();
    log(LogLevel::kNotice, log_event("stopped"), "stopped");
    return {};
}

Result<void> run(const Options& options) {
    AGENT_TRY(Config config, Config::load(options.config_path));
    if (options.job == Options::Job::kCheckConfig) {
        std::puts("the configuration is good");
        return {};
    }
    return serve(options, std::move(config));
}

int run_main(int argc, char** argv) {
    constexpr int kUsage = 2;
    const auto options = parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "cliod: %s\n", options.error().message.c_str());
        return kUsage;
    }
    if (options->job == Options::Job::kHelp) return std::fputs(usage(), stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (options->job == Options::Job::kVersion)
        return std::puts("cliod " CLIO_AGENT_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;

    set_log_level(options->log_level);
    if (is_journal_stream(STDERR_FILENO)) {
        set_log_journal_prefix(true);
        set_log_sink(log_to_journal);
    }
    ignore_write_signals();
    if (!init_sealing()) {
        log(LogLevel::kError, "libsodium cannot be initialised");
        return EXIT_FAILURE;
    }
    if (const auto result = run(*options); !result) {
        log(LogLevel::kError, log_event("start_failed"), result.error().message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

}  // namespace

}  // namespace agent

int main(int argc, char** argv) {
    // Before anything can allocate in the libraries concerned.
    if (const auto hooks = agent::install_memory_hooks(); !hooks) {
        std::fprintf(stderr, "cliod: %s\n", hooks.error().message.c_str());
        return EXIT_FAILURE;
    }
    return agent::run_main(argc, argv);
}
