// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_line/arguments.h"
#include "lib/failure.h"

namespace agent {

// The commands of the table in command.cpp. The value is the exit status.

[[nodiscard]] Reply<int> login(const Arguments& arguments);
[[nodiscard]] Reply<int> token(const Arguments& arguments);
[[nodiscard]] Reply<int> run_program(const Arguments& arguments);
[[nodiscard]] Reply<int> report_token(const Arguments& arguments);

[[nodiscard]] Reply<int> list_accounts(const Arguments& arguments);
[[nodiscard]] Reply<int> show_account(const Arguments& arguments);
[[nodiscard]] Reply<int> refresh_account(const Arguments& arguments);
[[nodiscard]] Reply<int> logout(const Arguments& arguments);
[[nodiscard]] Reply<int> choose_default(const Arguments& arguments);

[[nodiscard]] Reply<int> show_status(const Arguments& arguments);
[[nodiscard]] Reply<int> doctor(const Arguments& arguments);
[[nodiscard]] Reply<int> follow_events(const Arguments& arguments);

[[nodiscard]] Reply<int> list_apps(const Arguments& arguments);
[[nodiscard]] Reply<int> show_app(const Arguments& arguments);
[[nodiscard]] Reply<int> add_app(const Arguments& arguments);
[[nodiscard]] Reply<int> check_app(const Arguments& arguments);
[[nodiscard]] Reply<int> remove_app(const Arguments& arguments);

[[nodiscard]] Reply<int> lock(const Arguments& arguments);
[[nodiscard]] Reply<int> unlock(const Arguments& arguments);
[[nodiscard]] Reply<int> list_keys(const Arguments& arguments);
[[nodiscard]] Reply<int> add_key(const Arguments& arguments);
[[nodiscard]] Reply<int> remove_key(const Arguments& arguments);
[[nodiscard]] Reply<int> rotate_keys(const Arguments& arguments);
[[nodiscard]] Reply<int> test_keys(const Arguments& arguments);

[[nodiscard]] Reply<int> backup(const Arguments& arguments);
[[nodiscard]] Reply<int> restore(const Arguments& arguments);

[[nodiscard]] Reply<int> print_environment(const Arguments& arguments);
[[nodiscard]] Reply<int> print_help(const Arguments& arguments);
[[nodiscard]] Reply<int> print_version(const Arguments& arguments);

}  // namespace agent
