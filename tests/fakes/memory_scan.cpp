// SPDX-License-Identifier: Apache-2.0
#include "fakes/memory_scan.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <sstream>
#include <system_error>
#include <vector>

#include "base/secret/secret.h"

namespace fakes {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

struct Region {
    std::uintptr_t begin;
    std::uintptr_t end;
};

int open_of(pid_t process, const char* file) {
    const std::string path = "/proc/" + std::to_string(process) + "/" + file;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
    return fd;
}

std::string whole_text(int fd) {
    std::string text;
    std::array<char, 4096> block;
    ::lseek(fd, 0, SEEK_SET);
    for (ssize_t size = 0; (size = ::read(fd, block.data(), block.size())) > 0;) {
        text.append(block.data(), static_cast<std::size_t>(size));
    }
    return text;
}

std::vector<Region> writable_regions(const std::string& maps) {
    std::vector<Region> regions;
    std::istringstream lines(maps);
    for (std::string line; std::getline(lines, line);) {
        Region region{};
        char dash = 0;
        std::string permissions;
        std::istringstream(line) >> std::hex >> region.begin >> dash >> region.end >> permissions;
        if (permissions.starts_with("rw")) regions.push_back(region);
    }
    return regions;
}

std::size_t count_in(const std::vector<char>& bytes, std::size_t size, const std::string& inverted) {
    std::size_t found = 0;
    for (std::size_t at = 0; at + inverted.size() <= size; ++at) {
        std::size_t same = 0;
        while (same < inverted.size() && bytes[at + same] == static_cast<char>(~inverted[same])) ++same;
        if (same == inverted.size()) ++found;
    }
    return found;
}

}  // namespace

ProcessMemory::ProcessMemory(pid_t process) : maps_(open_of(process, "maps")), memory_(open_of(process, "mem")) {}

ProcessMemory::~ProcessMemory() {
    ::close(maps_);
    ::close(memory_);
}

std::size_t ProcessMemory::count(const std::string& inverted_marker) const {
    const std::vector<Region> regions = writable_regions(whole_text(maps_));
    std::vector<char> chunk(kChunk);
    std::size_t found = 0;
    for (const Region& region : regions) {
        // Chunks overlap by less than a marker, so that each is counted once.
        for (std::uintptr_t at = region.begin; at < region.end; at += kChunk - inverted_marker.size() + 1) {
            const std::size_t wanted = std::min<std::size_t>(kChunk, region.end - at);
            const ssize_t size = ::pread(memory_, chunk.data(), wanted, static_cast<off_t>(at));
            if (size > 0) found += count_in(chunk, static_cast<std::size_t>(size), inverted_marker);
            agent::wipe(chunk.data(), chunk.size());
        }
    }
    return found;
}

std::size_t count_in_own_memory(const std::string& inverted_marker) {
    return ProcessMemory(::getpid()).count(inverted_marker);
}

}  // namespace fakes
