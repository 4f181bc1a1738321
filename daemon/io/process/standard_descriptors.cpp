// SPDX-License-Identifier: Apache-2.0
#include "io/process/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

namespace agent {

bool fill_standard_descriptors() {
    for (;;) {
        const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // writing fails, as before
        if (lowest_free < 0) return false;
        if (lowest_free > STDERR_FILENO) return ::close(lowest_free) == 0;
        ::fcntl(lowest_free, F_SETFD, 0);  // programs that are started have it, too
    }
}

}  // namespace agent
