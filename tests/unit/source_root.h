// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// The path of a file of the source tree, by its path in there.
std::string source_path(const std::string& name);
