// SPDX-License-Identifier: Apache-2.0
// What costs most to read of what most files include. A header for precompiled ones only: each file includes what it uses.
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
