// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "app/agent.h"
#include "app/config.h"
#include "app/options.h"
#include "app/start/running_agent.h"
#include "app/start/spawn_daemon.h"
#include "base/crypto/sealing.h"
#include "base/log.h"
#include "base/secret/locked_memory.h"
#include "io/loop/derivations.h"
#include "io/loop/event_loop.h"
#include "io/process/memory_hooks.h"
#include "io/process/process.h"
#include "io/process/standard_descriptors.h"
#include "io/systemd/journal.h"
#include "io/systemd/log_events.h"
#include "io/systemd/log_file.h"
#include "io/systemd/notify.h"
#include "protocol/limits.h"
#include "version.h"

namespace agent {

namespace {

constexpr std::size_t kSecretMemory = std::size_t{2} << 20;  // of the 8 MiB that every user may lock

Result<void> serve(const Options& options, Config config, StartReport* spawned) {
    ::umask(S_IRWXG | S_IRWXO);  // whatever the caller's is: each file is made for its owner
    AGENT_CHECK(protect_memory());
    if (options.allow_unlocked_memory) allow_unlocked_memory();
    AGENT_CHECK(lock_secrets(kSecretMemory));
    AGENT_TRY(StateDir state_dir, StateDir::open(options.state_dir));
    if (spawned != nullptr) AGENT_CHECK(log_to_file(state_dir.log_file()));
    constexpr std::size_t kDescriptors = limits::kConnections + limits::kReservedDescriptors;
    if (const std::size_t limit = raise_descriptor_limit(kDescriptors); limit < kDescriptors)
        log(LogLevel::kWarning, "the limit on open files is too low for the maximum number of connections",
            {{"limit", std::to_string(limit)}, {"wanted", std::to_string(kDescriptors)}});

    EventLoop loop;
    Agent* serving = nullptr;
    const auto end = [&] {
        if (Agent* const stopping = std::exchange(serving, nullptr)) {
            notify_stopping();
            stopping->stop([&] { loop.stop(); });
        }
    };
    const auto reload = [&] {
        if (serving == nullptr) return;
        notify_reloading();
        serving->reload(Config::load(options.config_path));
    };
    // Before the agent, so that a signal during its start or end is handled safely.
    const SignalWatch on_term(loop, SIGTERM, end);
    const SignalWatch on_int(loop, SIGINT, end);
    const bool at_terminal = ::isatty(STDERR_FILENO) == 1;
    // When the terminal has been closed, SIGHUP has its original meaning.
    const SignalWatch on_hup(loop, SIGHUP, [&] { at_terminal&& ::isatty(STDERR_FILENO) == 0 ? end() : reload(); });
    AGENT_TRY(const auto agent, Agent::start(loop, std::move(config), std::move(state_dir), options));
    serving = agent.get();
    if (spawned != nullptr) AGENT_CHECK(spawned->serving(agent->socket_path()));
    agent->ready();
    loop.run();
    log(LogLevel::kNotice, log_event("stopped"), "stopped");
    return {};
}

Result<void> run(const Options& options, StartReport* spawned) {
    AGENT_TRY(Config config, Config::load(options.config_path));
    if (options.job == Options::Job::kCheckConfig) {
        std::printf("the configuration is valid: %s\n", config.file ? config.file->c_str() : "no file, all defaults");
        return {};
    }
    return serve(options, std::move(config), spawned);
}

/// `spawned` is null for a daemon in the foreground.
int run_daemon(const Options& options, StartReport* spawned) {
    set_log_level(options.log_level);
    if (is_journal_stream(STDERR_FILENO)) {
        set_log_journal_prefix(true);
        set_log_sink(log_to_journal);
    }
    ignore_write_signals();
    const auto result =
        init_sealing() ? run(options, spawned) : fail(Error::Code::kInternal, "libsodium cannot be initialised");
    if (result) return EXIT_SUCCESS;
    // The journal finds the unit of an entry by looking at its sender, which is about to exit. For standard error it
    // already knows the unit.
    set_log_sink(nullptr);
    log(LogLevel::kError, log_event("start_failed"), result.error().message);
    if (spawned != nullptr) spawned->failed(result.error().message);
    return EXIT_FAILURE;
}

int kill_running(const Options& options) {
    if (const auto ended = end_running_agent(options); !ended) {
        std::fprintf(stderr, "cliod: %s\n", ended.error().message.c_str());
        return EXIT_FAILURE;
    }
    // fish(1) has no unset, and sh(1) takes "set -e" for something else.
    for (const char* name : {"CLIO_AGENT_SOCK", "CLIO_AGENT_PID"})
        if (std::printf("test -n \"$FISH_VERSION\" || unset %s; test -z \"$FISH_VERSION\" || set -e %s;\n", name,
                        name) < 0)
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}

int run_main(int argc, char** argv) {
    constexpr int kUsage = 2;
    auto options = parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "cliod: %s\n", options.error().message.c_str());
        return kUsage;
    }
    switch (options->job) {
        case Options::Job::kHelp:
            return std::fputs(usage(), stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        case Options::Job::kVersion:
            return std::puts("cliod " CLIO_AGENT_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        case Options::Job::kSpawn:
            options->make_paths_absolute();
            return spawn_daemon(*options, [&](StartReport& report) { return run_daemon(*options, &report); });
        case Options::Job::kKill:
            return kill_running(*options);
        case Options::Job::kServe:
            static_cast<void>(await_settled_agent(*options));  // the one before may be about to end
            break;
        case Options::Job::kCheckConfig:
            break;
    }
    return run_daemon(*options, nullptr);
}

}  // namespace

}  // namespace agent

int main(int argc, char** argv) {
    if (!agent::fill_standard_descriptors()) return EXIT_FAILURE;
    agent::forget_harmful_variables();
    // Before anything can allocate in these libraries.
    if (const auto hooks = agent::install_memory_hooks(); !hooks) {
        std::fprintf(stderr, "cliod: %s\n", hooks.error().message.c_str());
        return EXIT_FAILURE;
    }
    const int status = agent::run_main(argc, argv);
    // What a stop did not wait for still uses what exit handlers free.
    if (!agent::Derivations::any_running()) return status;
    std::fflush(nullptr);
    std::_Exit(status);
}
