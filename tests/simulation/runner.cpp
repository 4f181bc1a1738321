// SPDX-License-Identifier: Apache-2.0
#include "simulation/runner.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <new>
#include <type_traits>

namespace agent::sim {

namespace {

/// What a worker reports to its parent; in shared memory, so that it outlives the worker.
struct Report {
    std::atomic<std::uint64_t> seed;
    std::atomic<bool> violated;
    std::array<char, 1024> what;
    Statistics statistics;
};
static_assert(std::is_trivially_copyable_v<Statistics>);

struct Shared {
    std::atomic<std::uint64_t> next;  // the next seed that nobody has taken
    std::atomic<bool> stop;
    std::array<Report, 64> reports;
};

[[noreturn]] void die(const char* what) {
    std::perror(what);
    std::exit(EXIT_FAILURE);
}

bool counts(const std::string& violated, const Sabotage* sabotage) {
    return sabotage == nullptr || violated.find(sabotage->found_as) != std::string::npos;
}

void work(Shared& shared, Report& report, Seeds seeds, RunOptions options) {
    while (!shared.stop) {
        options.seed = shared.next++;
        if (options.seed >= seeds.end) return;
        report.seed = options.seed;
        Simulation simulation(options);
        const auto violated = simulation.run();
        report.statistics.add(simulation.statistics());
        if (!violated || !counts(*violated, options.sabotage)) continue;
        std::strncpy(report.what.data(), violated->c_str(), report.what.size() - 1);
        report.violated = true;
        shared.stop = true;
    }
}

/// What the worker found, if anything.
std::optional<Finding> finding_of(const Report& report, int status) {
    if (WIFSIGNALED(status))
        return Finding{.seed = report.seed, .what = std::string("the process died: ") + ::strsignal(WTERMSIG(status))};
    if (WEXITSTATUS(status) != 0) return Finding{.seed = report.seed, .what = "the process ended itself"};
    if (report.violated) return Finding{.seed = report.seed, .what = report.what.data()};
    return std::nullopt;
}

pid_t fork_worker() {
    std::cout.flush();
    const pid_t pid = ::fork();
    if (pid < 0) die("fork");
    return pid;
}

}  // namespace

Outcome run_seeds(Seeds seeds, unsigned jobs, const RunOptions& each) {
    void* const memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, /*fd=*/-1, /*offset=*/0);
    if (memory == MAP_FAILED) die("mmap");
    auto& shared = *new (memory) Shared{};
    shared.next = seeds.first;

    std::vector<pid_t> workers;
    for (std::size_t i = 0; i < std::min<std::size_t>(jobs, shared.reports.size()); ++i) {
        const pid_t pid = fork_worker();
        if (pid == 0) {
            RunOptions options = each;
            options.trace = false;
            work(shared, shared.reports.at(i), seeds, options);
            std::_Exit(EXIT_SUCCESS);
        }
        workers.push_back(pid);
    }

    Outcome outcome;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        int status = 0;
        if (::waitpid(workers[i], &status, 0) < 0) die("waitpid");
        outcome.statistics.add(shared.reports.at(i).statistics);
        const auto found = finding_of(shared.reports.at(i), status);
        if (!found) continue;
        shared.stop = true;
        if (!outcome.finding || found->seed < outcome.finding->seed) outcome.finding = found;
    }
    ::munmap(memory, sizeof(Shared));
    return outcome;
}

std::vector<std::string> last_events(RunOptions options, std::size_t count) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) die("pipe");
    const pid_t pid = fork_worker();
    if (pid == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        options.trace = true;
        Simulation simulation(options);
        (void)simulation.run();
        std::_Exit(EXIT_SUCCESS);
    }
    ::close(ends[1]);

    std::FILE* const lines = ::fdopen(ends[0], "r");
    if (lines == nullptr) die("fdopen");
    std::deque<std::string> last;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), lines) != nullptr) {
        last.emplace_back(line.data());
        if (last.size() > count) last.pop_front();
    }
    std::fclose(lines);
    ::waitpid(pid, nullptr, 0);
    return {last.begin(), last.end()};
}

}  // namespace agent::sim
