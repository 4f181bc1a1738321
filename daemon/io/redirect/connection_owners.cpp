// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/connection_owners.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "io/redirect/socket_table.h"

namespace agent {

namespace {

constexpr int kMostTries = 20;
constexpr std::chrono::milliseconds kBetweenTries{50};

/// Each 32 bits of the address as a number of this machine, in 8 digits; then the port (proc(5)).
std::string in_table(const std::uint32_t* words, std::size_t count, in_port_t port) {
    std::string text;
    std::array<char, 16> digits{};
    for (std::size_t i = 0; i < count; ++i) {
        std::snprintf(digits.data(), digits.size(), "%08X", words[i]);
        text += digits.data();
    }
    std::snprintf(digits.data(), digits.size(), ":%04X", ntohs(port));
    return text + digits.data();
}

/// An address as the tables have it. One of IPv4 also in the notation of a socket of IPv6 that talks IPv4.
struct TableAddress {
    std::string text;
    std::string mapped;
};

TableAddress table_address(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        const std::array<std::uint32_t, 4> mapped{0, 0, htonl(0xFFFF), v4.sin_addr.s_addr};
        return {.text = in_table(&v4.sin_addr.s_addr, 1, v4.sin_port),
                .mapped = in_table(mapped.data(), mapped.size(), v4.sin_port)};
    }
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::array<std::uint32_t, 4> words{};
    std::memcpy(words.data(), &v6.sin6_addr, sizeof words);
    return {.text = in_table(words.data(), words.size(), v6.sin6_port), .mapped = {}};
}

/// "local remote" of the socket at the other end.
std::vector<std::string> other_end(int fd) {
    sockaddr_storage ours{};
    sockaddr_storage theirs{};
    socklen_t our_size = sizeof ours;
    socklen_t their_size = sizeof theirs;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &our_size) != 0 ||
        ::getpeername(fd, reinterpret_cast<sockaddr*>(&theirs), &their_size) != 0)
        return {};
    const TableAddress remote = table_address(ours);
    const TableAddress local = table_address(theirs);
    return {local.text + " " + remote.text, local.mapped + " " + remote.mapped};
}

}  // namespace

class ConnectionOwners::Question {
  public:
    Question(std::vector<std::string> names, Answer a) : other_ends(std::move(names)), answer(std::move(a)) {}

    std::vector<std::string> other_ends;
    Answer answer;
};

std::shared_ptr<ConnectionOwners::Question> ConnectionOwners::ask(int fd, Answer answer) {
    if (!has_worker()) return nullptr;
    auto question = std::make_shared<Question>(other_end(fd), std::move(answer));
    waiting_.push_back(question);
    if (!looking_) look();
    return question;
}

bool ConnectionOwners::has_worker() {
    try {
        if (!worker_) worker_.emplace(loop_);
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

void ConnectionOwners::look() {
    struct Look {
        std::vector<std::weak_ptr<Question>> questions;
        std::map<std::string, std::optional<uid_t>> owners;  // of each other end that is asked for
    };
    const auto look = std::make_shared<Look>();
    look->questions = std::exchange(waiting_, {});
    for (const auto& weak : look->questions) {
        if (const auto question = weak.lock())
            for (const std::string& end : question->other_ends) look->owners.emplace(end, std::nullopt);
    }
    looking_ = true;
    worker_->run(
        [look] {
            const auto take = [&](const TcpSocket& socket) {
                // A socket that is closing, or that nobody holds, is shown as root's.
                if (socket.state != TcpSocket::State::kEstablished || socket.inode == "0") return true;
                const auto asked = look->owners.find(socket.local + " " + socket.remote);
                if (asked != look->owners.end()) asked->second = socket.user;
                return true;
            };
            // A process without descriptors has some again soon.
            for (int tries = 1; !each_tcp_socket(take) && tries < kMostTries; ++tries)
                std::this_thread::sleep_for(kBetweenTries);
        },
        [this, look] {
            looking_ = false;
            if (!waiting_.empty()) this->look();
            for (const auto& weak : look->questions) {
                const auto question = weak.lock();
                if (!question) continue;
                std::optional<uid_t> owner;
                for (const std::string& end : question->other_ends)
                    if (!owner) owner = look->owners.find(end)->second;
                question->answer(owner);
            }
        });
}

}  // namespace agent
