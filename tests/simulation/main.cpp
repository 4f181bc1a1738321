// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "simulation/runner.h"
#include "simulation/sim_entropy.h"

namespace agent::sim {

namespace {

constexpr std::string_view kUsage = R"(Usage: simulate [--seeds A..B | --count N] [--days D] [--jobs J]
       simulate --seed N [--days D] [--trace] [--sabotage NAME]
       simulate --sabotage NAME|all [--seeds A..B | --count N] [--days D] [--jobs J]

Runs the core in a simulated world, D days (30) for each seed, and checks after every step what must always hold.
With --sabotage the world breaks a promise, which must be found.
)";

constexpr std::size_t kEventsToShow = 50;

struct Options {
    Seeds seeds{.first = 0, .end = 1000};
    bool one_seed = false;
    unsigned jobs = 2;
    std::string_view sabotage;
    RunOptions run;
};

[[noreturn]] void usage() {
    std::cerr << kUsage;
    std::exit(2);
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) usage();
    return value;
}

Seeds range(std::string_view text) {
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) usage();
    return {.first = number(text.substr(0, dots)), .end = number(text.substr(dots + 2)) + 1};
}

Options read_options(const std::vector<std::string_view>& words) {
    Options options;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word == "--trace") {
            options.run.trace = true;
            continue;
        }
        if (++i == words.size()) usage();
        const std::string_view value = words[i];
        if (word == "--seeds") {
            options.seeds = range(value);
        } else if (word == "--count") {
            options.seeds = {.first = 0, .end = number(value)};
        } else if (word == "--seed") {
            options.run.seed = number(value);
            options.one_seed = true;
        } else if (word == "--days") {
            options.run.days = static_cast<int>(std::clamp<std::uint64_t>(number(value), 1, 3650));
        } else if (word == "--jobs") {
            options.jobs = static_cast<unsigned>(std::clamp<std::uint64_t>(number(value), 1, 64));
        } else if (word == "--sabotage") {
            options.sabotage = value;
        } else {
            usage();
        }
    }
    const bool known = options.sabotage.empty() || options.sabotage == "all" || find_sabotage(options.sabotage);
    if (!known) {
        for (const Sabotage& sabotage : all_sabotages()) std::cerr << sabotage.name << ": " << sabotage.what << '\n';
        usage();
    }
    options.run.sabotage = find_sabotage(options.sabotage);
    return options;
}

int run_one(const RunOptions& options) {
    Simulation simulation(options);
    const auto violated = simulation.run();
    if (violated)
        std::cout << "seed " << options.seed << ": " << *violated << '\n';
    else
        simulation.statistics().print(std::cout);
    return violated ? EXIT_FAILURE : EXIT_SUCCESS;
}

int run_many(const Options& options) {
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = run_seeds(options.seeds, options.jobs, options.run);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;

    outcome.statistics.print(std::cout);
    std::cout << "took " << took.count() << " s\n";
    if (!outcome.finding) return EXIT_SUCCESS;

    RunOptions again = options.run;
    again.seed = outcome.finding->seed;
    std::cout << "\nThe last events of seed " << again.seed << ":\n";
    for (const std::string& line : last_events(again, kEventsToShow)) std::cout << line;
    std::cout << "\nseed " << again.seed << ": " << outcome.finding->what << "\nReplay it with: simulate --seed "
              << again.seed << " --days " << again.days << " --trace\n";
    return EXIT_FAILURE;
}

int run_sabotages(const Options& options) {
    int unnoticed = 0;
    for (const Sabotage& sabotage : all_sabotages()) {
        if (options.sabotage != "all" && options.sabotage != sabotage.name) continue;
        RunOptions run = options.run;
        run.sabotage = &sabotage;
        const Outcome outcome = run_seeds(options.seeds, options.jobs, run);
        std::cout << sabotage.name << " (" << sabotage.what << "): ";
        // A process that died counts as little as any other finding.
        const bool found = outcome.finding && outcome.finding->what.find(sabotage.found_as) != std::string::npos;
        if (found)
            std::cout << "found by seed " << outcome.finding->seed << ": " << outcome.finding->what << std::endl;
        else
            std::cout << "NOT FOUND" << (outcome.finding ? ", but: " + outcome.finding->what : "") << std::endl;
        unnoticed += found ? 0 : 1;
    }
    return unnoticed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(const std::vector<std::string_view>& words) {
    set_log_level(LogLevel::kError);  // what is worth telling of thousands of days is in the statistics
    simulate_nonces();
    if (!init_sealing()) return EXIT_FAILURE;
    const Options options = read_options(words);
    if (options.one_seed) return run_one(options.run);
    return options.sabotage.empty() ? run_many(options) : run_sabotages(options);
}

}  // namespace

}  // namespace agent::sim

int main(int argc, char** argv) {
    return agent::sim::main({argv + 1, argv + argc});
}
