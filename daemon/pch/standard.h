// SPDX-License-Identifier: Apache-2.0
// What most files include and costs much to read. For precompiled headers only: each file includes what it uses.
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>
