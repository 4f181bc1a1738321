// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agent {

/// Deleter for a C library's object: `std::unique_ptr<event, FreeWith<event_free>>` is as small as the raw pointer.
template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

}  // namespace agent
