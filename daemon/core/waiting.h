// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agent {

/// An answer that is owed. Destroying it gives up the wait; its callback is then never called.
class Waiting {
  public:
    virtual ~Waiting() = default;
};

}  // namespace agent
