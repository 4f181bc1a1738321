// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/passed_descriptors.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace agent {

Result<std::vector<PassedDescriptor>> take_passed_descriptors() {
    char** names = nullptr;
    const int count = ::sd_listen_fds_with_names(/*unset_environment=*/1, &names);
    if (count < 0) return fail(Error::Code::kInternal, std::string("socket: from systemd: ") + std::strerror(-count));
    std::vector<PassedDescriptor> passed;
    for (int i = 0; i < count; ++i) {
        passed.push_back({.fd = Fd(SD_LISTEN_FDS_START + i), .name = names[i]});
        std::free(names[i]);
    }
    std::free(names);
    return passed;
}

Fd extract(std::vector<PassedDescriptor>& passed, std::string_view name) {
    const auto found = std::ranges::find(passed, name, &PassedDescriptor::name);
    if (found == passed.end()) return {};
    Fd fd = std::move(found->fd);
    passed.erase(found);
    return fd;
}

}  // namespace agent
