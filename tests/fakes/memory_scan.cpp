// SPDX-License-Identifier: Apache-2.0
#include "fakes/memory_scan.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/secret.h"
#include "io/fd.h"

namespace fakes {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

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

std::size_t count_in_own_memory(const std::string& inverted_marker) {
    struct Region {
        std::uintptr_t begin;
        std::uintptr_t end;
    };
    std::vector<Region> regions;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        Region region{};
        char dash = 0;
        std::string permissions;
        std::istringstream(line) >> std::hex >> region.begin >> dash >> region.end >> permissions;
        if (permissions.starts_with("rw")) regions.push_back(region);
    }

    const agent::Fd memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    std::vector<char> chunk(kChunk);
    std::size_t found = 0;
    for (const Region& region : regions) {
        // Chunks overlap by less than a marker, so that each is counted once.
        for (std::uintptr_t at = region.begin; at < region.end; at += kChunk - inverted_marker.size() + 1) {
            const std::size_t wanted = std::min<std::size_t>(kChunk, region.end - at);
            const ssize_t size = ::pread(memory.get(), chunk.data(), wanted, static_cast<off_t>(at));
            if (size > 0) found += count_in(chunk, static_cast<std::size_t>(size), inverted_marker);
            agent::wipe(chunk.data(), chunk.size());
        }
    }
    return found;
}

}  // namespace fakes
