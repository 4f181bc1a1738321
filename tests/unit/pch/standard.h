// SPDX-License-Identifier: Apache-2.0
// What the standard library costs most to read. A header for precompiled ones only: each file includes what it uses.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expect.h"
