// SPDX-License-Identifier: Apache-2.0
//
// Usage: client-memory_traces CLIOCTL
//
// Shows that clioctl leaves no secret in its memory once it is done. Each command runs until just before its exit,
// where the kernel lets its parent look (PTRACE_EVENT_EXIT). To prove that the scan can find secrets, it also looks
// before and after each system call.
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "canned_agent.h"
#include "fakes/memory_scan.h"

namespace {

constexpr int kSkipped = 77;  // as meson knows it
constexpr int kSystemCallStop = SIGTRAP | 0x80;

const std::string kToken = "access-token-5LcB7hJd";
const std::string kPassphrase = "passphrase-3mYx0QpR";
const std::string kRecoveryKey = "RECVR-KEY8Z-KW1VT-N4XQJ";
const std::string kClientSecret = "client-secret-8ZkW1vTn";
const std::string kCode = "code-9QnD2sXr";

struct Run {
    std::vector<std::string> arguments;
    std::string input;
    std::vector<std::string> answers;  // of the agent, one for each request
    std::string secret;
    int exit_status = 0;
};

const std::string kTokenJson = R"({"account":"a","access_token":")" + kToken +
                               R"(","token_type":"Bearer","expires_at":4000000000,"expires_in":3600,"generation":7,)"
                               R"("api_base":"https://app.clio.com/api/v4"})";
const std::string kTokenWithoutAge = R"({"account":"a","access_token":")" + kToken + R"("})";
const std::string kLogin = R"({"id":"L1","account":"a","authorization_url":"https://app.clio.com/",)"
                           R"("expires_at":4000000000,"status":"done"})";
const std::vector<std::string> kAppAdd{"app",
                                       "add",
                                       "x",
                                       "--product",
                                       "manage",
                                       "--region",
                                       "us",
                                       "--client-id",
                                       "i",
                                       "--redirect-uri",
                                       "http://127.0.0.1:5678/",
                                       "--secret-file",
                                       "-"};

std::vector<Run> runs() {
    const std::string token = CannedAgent::json("200 OK", kTokenJson);
    const std::string none = "HTTP/1.1 204 No Content\r\n\r\n";
    const std::string added = CannedAgent::json("201 Created", R"({"id":2})");
    const std::string recovery = CannedAgent::json("201 Created", R"({"id":2,"recovery_key":")" + kRecoveryKey + "\"}");
    const std::string wrong = CannedAgent::json("403 Forbidden", R"({"code":"forbidden","detail":"wrong"})");
    const std::string unknown = CannedAgent::json("404 Not Found", R"({"code":"not_found","detail":"none"})");
    const std::string login = CannedAgent::json("200 OK", kLogin);
    const std::string redirect = "http://127.0.0.1:1/?code=" + kCode + "&state=x";
    return {
        {{"token"}, "", {token}, kToken},
        {{"token", "--header"}, "", {token}, kToken},
        {{"token", "--json"}, "", {token}, kToken},
        {{"token"}, "", {CannedAgent::json("200 OK", kTokenWithoutAge)}, kToken, 1},
        {{"token"}, "", {token + "more"}, kToken, 1},
        {{"run", "--", "/nonexistent"}, "", {token}, kToken, 127},
        {{"unlock"}, kPassphrase, {none}, kPassphrase},
        {{"unlock"}, kPassphrase, {wrong}, kPassphrase, 5},
        {{"unlock", "--recovery-key"}, kRecoveryKey, {none}, kRecoveryKey},
        {{"key", "add", "passphrase"}, kPassphrase, {added}, kPassphrase},
        {{"key", "test", "--passphrase"}, kPassphrase, {CannedAgent::json("200 OK", R"({"slots":[]})")}, kPassphrase},
        {{"key", "add", "recovery"}, "", {recovery}, kRecoveryKey},
        {{"key", "add", "recovery", "--json"}, "", {recovery}, kRecoveryKey},
        {kAppAdd, kClientSecret, {unknown, none}, kClientSecret},
        {{"login", "a", "--paste"},
         redirect,
         {login, login, login, CannedAgent::json("200 OK", R"({"user":null})")},
         kCode},
    };
}

[[noreturn]] void give_up(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct Pipe {
    int reading = -1;
    int writing = -1;
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) give_up("pipe");
        reading = ends[0];
        writing = ends[1];
    }
    ~Pipe() {
        ::close(reading);
        ::close(writing);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
};

/// Starts `words`, which waits for its tracer before its first instruction.
pid_t start(std::vector<std::string> words, const std::string& socket, const Pipe& input, const Pipe& output) {
    std::string variable = "CLIO_AGENT_SOCK=" + socket;
    std::array<char*, 2> environment{variable.data(), nullptr};
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) give_up("fork");
    if (child > 0) return child;
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kSkipped);
    ::dup2(input.reading, STDIN_FILENO);
    ::dup2(output.writing, STDOUT_FILENO);
    ::dup2(output.writing, STDERR_FILENO);
    ::close(input.writing);
    ::execve(argv.front(), argv.data(), environment.data());
    ::_exit(1);
}

struct Copies {
    std::size_t in_use = 0;
    std::size_t left = 0;
    int exit_status = -1;
};

Copies watch(pid_t process, const std::string& inverted_secret) {
    int status = 0;
    if (::waitpid(process, &status, 0) != process) give_up("wait");
    if (WIFEXITED(status)) std::exit(WEXITSTATUS(status));
    const fakes::ProcessMemory memory(process);  // before the process forbids that
    ::ptrace(PTRACE_SETOPTIONS, process, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
    Copies copies;
    for (int signal = 0;;) {
        if (::ptrace(PTRACE_SYSCALL, process, nullptr, signal) != 0) give_up("ptrace");
        if (::waitpid(process, &status, 0) != process) give_up("wait");
        if (WIFEXITED(status)) copies.exit_status = WEXITSTATUS(status);
        if (!WIFSTOPPED(status)) return copies;
        signal = 0;
        if (WSTOPSIG(status) == kSystemCallStop) {
            copies.in_use = std::max(copies.in_use, memory.count(inverted_secret));
        } else if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8))) {
            copies.left = memory.count(inverted_secret);
        } else {
            signal = WSTOPSIG(status);
        }
    }
}

std::string inverted(std::string text) {
    for (char& c : text) c = static_cast<char>(~c);
    return text;
}

/// True when all is well.
bool check(const std::string& clioctl, const Run& run) {
    const CannedAgent agent(run.answers);
    const Pipe input;
    Pipe output;
    std::vector<std::string> words{clioctl};
    words.insert(words.end(), run.arguments.begin(), run.arguments.end());
    const pid_t process = start(words, agent.path(), input, output);
    const std::string line = run.input + "\n";
    if (::write(input.writing, line.data(), line.size()) < 0) give_up("write");
    const Copies copies = watch(process, inverted(run.secret));

    std::string shown;
    for (const std::string& word : run.arguments) shown += word + ' ';
    const bool good = copies.in_use > 0 && copies.left == 0 && copies.exit_status == run.exit_status;
    std::printf("%-6s %-60.60s exit %d, copies while in use %zu, left %zu\n", good ? "ok" : "FAILED", shown.c_str(),
                copies.exit_status, copies.in_use, copies.left);
    return good;
}

}  // namespace

int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): an exception fails the test too
    if (argc != 2) return 2;
    bool good = true;
    for (const Run& run : runs()) good = check(argv[1], run) && good;
    return good ? 0 : 1;
}
