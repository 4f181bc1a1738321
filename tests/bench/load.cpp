// SPDX-License-Identifier: Apache-2.0
// Usage: bench-load SOCKET PATH CONNECTIONS SECONDS
// Asks for PATH over kept connections, one request at a time on each. Prints answers per second, and the median and
// 99th percentile of the time to an answer in microseconds. Anything but a 200 with a Content-Length ends the run.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
    int fd = -1;
    std::string answer;
    Clock::time_point asked;
};

[[noreturn]] void fail(const char* what, std::string_view shown = {}) {
    std::fprintf(stderr, "bench-load: %s %.*s\n", what, static_cast<int>(std::min<std::size_t>(shown.size(), 200)),
                 shown.data());
    std::exit(1);
}

int connect_to(const char* path) {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("cannot connect to", path);
    return fd;
}

void ask(Connection& connection, std::string_view request) {
    connection.answer.clear();
    connection.asked = Clock::now();
    if (write(connection.fd, request.data(), request.size()) != static_cast<ssize_t>(request.size()))
        fail("cannot write");
}

/// True once the whole answer has come.
bool receive(Connection& connection) {
    static constexpr std::string_view kLength = "Content-Length: ";
    std::array<char, 16384> chunk;
    const ssize_t n = read(connection.fd, chunk.data(), chunk.size());
    if (n <= 0) fail("the connection was closed");
    connection.answer.append(chunk.data(), static_cast<std::size_t>(n));
    const std::size_t head = connection.answer.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t length = connection.answer.find(kLength);
    if (!connection.answer.starts_with("HTTP/1.1 200 ") || length > head) fail("not a token:", connection.answer);
    const std::size_t body = std::strtoul(connection.answer.c_str() + length + kLength.size(), nullptr, 10);
    return connection.answer.size() >= head + 4 + body;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fprintf(stderr, "usage: bench-load SOCKET PATH CONNECTIONS SECONDS\n");
        return 2;
    }
    const std::string request = std::string("GET ") + argv[2] + " HTTP/1.1\r\nHost: agent\r\n\r\n";
    std::vector<Connection> connections(std::strtoul(argv[3], nullptr, 10));
    const int epoll = epoll_create1(0);
    for (std::size_t i = 0; i < connections.size(); ++i) {
        connections[i].fd = connect_to(argv[1]);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event);
    }

    std::vector<double> microseconds;
    const Clock::time_point start = Clock::now();
    const Clock::time_point end =
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::atof(argv[4])));
    for (Connection& connection : connections) ask(connection, request);
    std::array<epoll_event, 64> ready;
    while (Clock::now() < end) {
        const int count = epoll_wait(epoll, ready.data(), ready.size(), 1000);
        for (int i = 0; i < count; ++i) {
            Connection& connection = connections[ready[static_cast<std::size_t>(i)].data.u64];
            if (!receive(connection)) continue;
            microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - connection.asked).count());
            ask(connection, request);
        }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (microseconds.empty()) fail("no answer came");
    std::sort(microseconds.begin(), microseconds.end());
    const auto percentile = [&](std::size_t percent) {
        return microseconds[(microseconds.size() - 1) * percent / 100];
    };
    std::printf("%.0f %.0f %.0f\n", static_cast<double>(microseconds.size()) / seconds, percentile(50), percentile(99));
}
