// SPDX-License-Identifier: Apache-2.0
#include "base/spawn.h"

#include <fcntl.h>

#include <new>

namespace agent {

namespace {

/// Each of these can fail only for want of memory.
void check(int error) {
    if (error != 0) throw std::bad_alloc();
}

}  // namespace

std::vector<char*> exec_pointers(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

SpawnSetup::SpawnSetup() {
    check(::posix_spawn_file_actions_init(&files_));
    check(::posix_spawnattr_init(&attributes_));
}

SpawnSetup::~SpawnSetup() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
}

void SpawnSetup::open_null(int fd) {
    check(::posix_spawn_file_actions_addopen(&files_, fd, "/dev/null", O_RDWR, 0));
}

void SpawnSetup::duplicate(int own, int as) {
    check(::posix_spawn_file_actions_adddup2(&files_, own, as));
}

void SpawnSetup::close_from(int lowest) {
    check(::posix_spawn_file_actions_addclosefrom_np(&files_, lowest));
}

void SpawnSetup::block_only(const sigset_t& signals) {
    check(::posix_spawnattr_setsigmask(&attributes_, &signals));
    add_flag(POSIX_SPAWN_SETSIGMASK);
}

void SpawnSetup::default_signals() {
    sigset_t all;
    sigfillset(&all);
    check(::posix_spawnattr_setsigdefault(&attributes_, &all));
    add_flag(POSIX_SPAWN_SETSIGDEF);
}

void SpawnSetup::new_session() {
    add_flag(POSIX_SPAWN_SETSID);
}

void SpawnSetup::add_flag(short flag) {
    short flags = 0;
    check(::posix_spawnattr_getflags(&attributes_, &flags));
    check(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags | flag)));
}

tl::expected<pid_t, int> SpawnSetup::start(const std::vector<std::string>& words, char* const* environment) const {
    const std::vector<char*> arguments = exec_pointers(words);
    pid_t started = 0;
    const int error = ::posix_spawnp(&started, arguments.front(), &files_, &attributes_, arguments.data(), environment);
    if (error != 0) return tl::unexpected(error);
    return started;
}

}  // namespace agent
