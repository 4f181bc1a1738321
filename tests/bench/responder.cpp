// SPDX-License-Identifier: Apache-2.0
// Usage: bench-responder SOCKET < ANSWER
// A minimal server on a Unix socket: answers everything that ends with an empty line with the bytes of its standard
// input. The baseline for cliod: the difference is the cost of cliod and its libraries.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace {

std::string read_all(int fd) {
    std::string all;
    std::array<char, 4096> chunk;
    for (ssize_t n = 0; (n = read(fd, chunk.data(), chunk.size())) > 0;)
        all.append(chunk.data(), static_cast<std::size_t>(n));
    return all;
}

int listen_at(const char* path) {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(fd, SOMAXCONN) != 0) {
        std::perror(path);
        _exit(1);
    }
    return fd;
}

void watch(int epoll, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/// A request of the load generator is small and comes in one piece.
void serve(int fd, std::string_view answer) {
    std::array<char, 8192> request;
    const ssize_t n = read(fd, request.data(), request.size());
    if (n <= 0) {
        close(fd);
        return;
    }
    if (std::string_view(request.data(), static_cast<std::size_t>(n)).ends_with("\r\n\r\n") &&
        write(fd, answer.data(), answer.size()) < 0) {
        close(fd);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench-responder SOCKET < ANSWER\n");
        return 2;
    }
    const std::string answer = read_all(STDIN_FILENO);
    const int listener = listen_at(argv[1]);
    const int epoll = epoll_create1(0);
    watch(epoll, listener);
    std::array<epoll_event, 64> ready;
    for (;;) {
        const int count = epoll_wait(epoll, ready.data(), ready.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = ready[static_cast<std::size_t>(i)].data.fd;
            if (fd == listener) {
                watch(epoll, accept(listener, nullptr, nullptr));
            } else {
                serve(fd, answer);
            }
        }
    }
}
