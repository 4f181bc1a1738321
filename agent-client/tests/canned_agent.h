// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/fd.h"

/// Listens on a Unix socket and answers each connection with the next of the given texts, whatever the request; an
/// empty one closes without an answer. Records the requests.
class CannedAgent {
  public:
    explicit CannedAgent(std::vector<std::string> answers) : answers_(std::move(answers)) {
        need(::mkdtemp(directory_) != nullptr);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        need(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        need(::listen(listener_.get(), 8) == 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~CannedAgent() {
        ::shutdown(listener_.get(), SHUT_RDWR);  // ends an accept() that waits
        if (thread_.joinable()) thread_.join();
        std::filesystem::remove_all(directory_);
    }
    CannedAgent(const CannedAgent&) = delete;
    CannedAgent& operator=(const CannedAgent&) = delete;

    [[nodiscard]] std::string path() const { return std::string(directory_) + "/agent.sock"; }
    /// All that was asked, once every answer has been given.
    [[nodiscard]] const std::vector<std::string>& requests() {
        if (thread_.joinable()) thread_.join();
        return requests_;
    }

    static std::string json(const std::string& status, const std::string& body, const std::string& fields = "") {
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + fields +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

  private:
    static void need(bool done) {
        if (!done) throw std::system_error(errno, std::generic_category(), "canned agent");
    }

    void serve() {
        for (const std::string& answer : answers_) {
            const agent::Fd peer(::accept(listener_.get(), nullptr, nullptr));
            if (!peer) return;
            requests_.push_back(read_request(peer.get()));
            ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }

    static std::string read_request(int peer) {
        std::string request;
        std::array<char, 4096> block;
        while (!is_whole(request)) {
            const ssize_t size = ::recv(peer, block.data(), block.size(), 0);
            if (size <= 0) break;
            request.append(block.data(), static_cast<std::size_t>(size));
        }
        return request;
    }

    static bool is_whole(const std::string& request) {
        const std::size_t end = request.find("\r\n\r\n");
        const std::size_t length = request.find("Content-Length: ");
        if (end == std::string::npos) return false;
        const std::size_t body = length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
        return request.size() >= end + 4 + body;
    }

    char directory_[32] = "/tmp/canned-agent-XXXXXX";
    agent::Fd listener_{::socket(AF_UNIX, SOCK_STREAM, 0)};
    std::vector<std::string> answers_;
    std::vector<std::string> requests_;
    std::thread thread_;
};
