// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/socket_table.h"

#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

#include "base/text/number.h"

namespace agent {

namespace {

constexpr std::array<const char*, 2> kTables{"/proc/self/net/tcp", "/proc/self/net/tcp6"};

TcpSocket::State state_from(const std::string& code) {
    if (code == "01") return TcpSocket::State::kEstablished;
    if (code == "0A") return TcpSocket::State::kListening;
    return TcpSocket::State::kOther;
}

}  // namespace

int TcpSocket::local_port() const {
    const std::size_t colon = local.find(':');
    if (colon == std::string::npos) return 0;
    return whole_number<int>(std::string_view(local).substr(colon + 1), 16).value_or(0);
}

bool each_tcp_socket(const std::function<bool(const TcpSocket& socket)>& take) {
    for (const char* table : kTables) {
        std::ifstream lines(table);
        if (!lines && table == kTables.front()) return false;
        std::string line;
        std::getline(lines, line);  // headings
        while (std::getline(lines, line)) {
            std::istringstream fields(line);
            std::string slot, state, queues, timer, retransmits, timeout;
            TcpSocket socket;
            fields >> slot >> socket.local >> socket.remote >> state >> queues >> timer >> retransmits >> socket.user >>
                timeout >> socket.inode;
            socket.state = state_from(state);
            if (fields && !take(socket)) return true;
        }
    }
    return true;
}

}  // namespace agent
