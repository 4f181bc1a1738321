// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/x509.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/loop/event_loop.h"

namespace agent {

using AuthoritiesPtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;

/// The certificate authorities in a PEM file. Reads it again once it has changed, which libcurl would notice a day
/// later.
class TrustStore {
  public:
    /// An empty `file` stands for the system's authorities. Reads nothing yet.
    explicit TrustStore(std::string file);

    /// Fails with kBadRequest unless `file` can be read and holds a certificate.
    [[nodiscard]] static Result<void> check(const std::string& file);

    /// The authorities as the file has them now; none if it cannot be read: what was trusted before is not. Its own
    /// reference, so it may outlive this.
    [[nodiscard]] AuthoritiesPtr authorities();

    /// Why the last authorities() returned none, for a person; empty when it returned some.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  private:
    /// Differs when the file was written, or another one was put in its place.
    struct Edition {
        dev_t device;
        ino_t inode;
        off_t size;
        timespec modified;
        timespec changed;
    };

    [[nodiscard]] bool is_read() const noexcept;
    void read();

    std::string file_;
    AuthoritiesPtr authorities_;
    std::optional<Edition> edition_;
    std::string problem_;
};

}  // namespace agent
