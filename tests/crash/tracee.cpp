// SPDX-License-Identifier: Apache-2.0
#include "tracee.h"

#include <signal.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace agent {

namespace {

constexpr int kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;
constexpr int kSystemCallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

long trace(__ptrace_request request, pid_t thread, void* address, void* data) {
    return ::ptrace(request, thread, address, data);
}

void* as_pointer(std::uintptr_t value) {
    return reinterpret_cast<void*>(value);
}

}  // namespace

Tracee::Tracee(pid_t process) : process_(process) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        const pid_t thread = std::stoi(entry.path().filename());
        if (trace(PTRACE_SEIZE, thread, nullptr, as_pointer(kOptions)) != 0 ||
            trace(PTRACE_INTERRUPT, thread, nullptr, nullptr) != 0)
            throw std::system_error(errno, std::generic_category(), "ptrace");
        threads_.emplace(thread, 0);
        int status = 0;
        if (::waitpid(thread, &status, __WALL) != thread)
            throw std::system_error(errno, std::generic_category(), "wait");
        go_on(thread);
    }
}

bool Tracee::next(SystemCall& call) {
    if (waiting_ != 0) go_on(std::exchange(waiting_, 0));
    for (;;) {
        int status = 0;
        const pid_t thread = ::waitpid(-1, &status, __WALL);
        if (thread < 0) return false;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            threads_.erase(thread);
            if (thread == process_) return false;
            continue;
        }
        const int signal = WSTOPSIG(status);
        if (signal != kSystemCallStop) {
            // A new thread, a stop of our own, or a signal to deliver to the process.
            threads_.try_emplace(thread, 0);
            const bool is_event = (status >> 16) != 0 || signal == SIGTRAP || signal == SIGSTOP;
            go_on(thread, is_event ? 0 : signal);
            continue;
        }
        __ptrace_syscall_info info{};
        trace(PTRACE_GET_SYSCALL_INFO, thread, as_pointer(sizeof info), &info);
        if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
            leave(thread, std::exchange(threads_[thread], 0));
            go_on(thread);
            continue;
        }
        call = {.thread = thread, .number = info.entry.nr, .first_argument = info.entry.args[0]};
        waiting_ = thread;
        return true;
    }
}

void Tracee::refuse(const SystemCall& call, int error_number) {
    user_regs_struct registers{};
    trace(PTRACE_GETREGS, call.thread, nullptr, &registers);
    registers.orig_rax = static_cast<unsigned long long>(-1);  // no system call has this number
    trace(PTRACE_SETREGS, call.thread, nullptr, &registers);
    threads_[call.thread] = error_number;
}

void Tracee::leave(pid_t thread, int error_number) {
    if (error_number == 0) return;
    user_regs_struct registers{};
    trace(PTRACE_GETREGS, thread, nullptr, &registers);
    registers.rax = static_cast<unsigned long long>(-error_number);
    trace(PTRACE_SETREGS, thread, nullptr, &registers);
}

void Tracee::kill() const {
    ::kill(process_, SIGKILL);
}

std::string Tracee::path_of(std::uint64_t descriptor) const {
    std::array<char, 4096> path{};
    const std::string link = "/proc/" + std::to_string(process_) + "/fd/" + std::to_string(descriptor);
    const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
    return size < 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(size));
}

void Tracee::go_on(pid_t thread, int signal) const {
    trace(PTRACE_SYSCALL, thread, nullptr, as_pointer(static_cast<std::uintptr_t>(signal)));
}

}  // namespace agent
