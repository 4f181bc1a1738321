// SPDX-License-Identifier: Apache-2.0
#include "source_root.h"

std::string source_path(const std::string& name) {
    return SOURCE_ROOT "/" + name;
}
