// SPDX-License-Identifier: Apache-2.0
// A disk that takes SLOW_DISK_MS milliseconds for each sync; to be preloaded.
#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace {

int slowly(const char* function, int fd) {
    const char* const delay = std::getenv("SLOW_DISK_MS");
    std::this_thread::sleep_for(std::chrono::milliseconds(delay == nullptr ? 0 : std::atoi(delay)));
    return reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, function))(fd);
}

}  // namespace

extern "C" {

int fsync(int fd);
int fdatasync(int fd);

int fsync(int fd) {
    return slowly("fsync", fd);
}

int fdatasync(int fd) {
    return slowly("fdatasync", fd);
}
}
