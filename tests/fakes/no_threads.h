// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>
#include <pthread.h>

#include <cstddef>

namespace fakes {

/// While it lives, the system gives this process no thread: each would have a stack larger than all addresses.
class NoThreads {
  public:
    NoThreads() {
        cr_assert(::pthread_getattr_default_np(&before_) == 0);
        pthread_attr_t huge;
        cr_assert(::pthread_getattr_default_np(&huge) == 0);
        cr_assert(::pthread_attr_setstacksize(&huge, std::size_t{1} << 47) == 0);
        cr_assert(::pthread_setattr_default_np(&huge) == 0);
        ::pthread_attr_destroy(&huge);
    }
    ~NoThreads() {
        ::pthread_setattr_default_np(&before_);
        ::pthread_attr_destroy(&before_);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

  private:
    pthread_attr_t before_;
};

}  // namespace fakes
