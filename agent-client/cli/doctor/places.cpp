// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/places.h"

#include <dirent.h>
#include <sys/stat.h>

#include <memory>

#include "base/text/shell.h"

namespace agent {

namespace {

std::optional<PrivatePlace> look_at(std::string path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return std::nullopt;
    return PrivatePlace{.path = std::move(path), .owner = found.st_uid, .mode = found.st_mode};
}

}  // namespace

std::optional<std::vector<PrivatePlace>> private_places(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
    auto itself = look_at(folder);
    if (entries == nullptr || !itself) return std::nullopt;
    std::vector<PrivatePlace> places{*std::move(itself)};
    while (const dirent* const entry = ::readdir(entries.get())) {
        const std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (auto place = look_at(folder + "/" + name)) places.push_back(*std::move(place));
    }
    return places;
}

Finding judge_places(const std::vector<PrivatePlace>& places, std::optional<uid_t> agent) {
    const auto bad = [](const PrivatePlace& place, const std::string& what, const std::string& command) {
        return Finding{.subject = "places",
                       .verdict = Finding::Verdict::kBad,
                       .detail = place.path + ": " + what,
                       .next = command + " " + shell_quoted(place.path)};
    };
    constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
    for (const PrivatePlace& place : places) {
        if (agent && place.owner != *agent)
            return bad(
                place,
                "belongs to user " + std::to_string(place.owner) + ", the agent runs as user " + std::to_string(*agent),
                "chown " + std::to_string(*agent));
        if ((place.mode & kOthers) != 0 && !S_ISLNK(place.mode)) return bad(place, "others can use it", "chmod go=");
    }
    return {.subject = "places", .detail = places.front().path + " is the agent's alone", .next = {}};
}

std::optional<uid_t> user_of_process(std::int64_t pid) {
    const auto process = look_at("/proc/" + std::to_string(pid));
    return process ? std::optional(process->owner) : std::nullopt;
}

}  // namespace agent
