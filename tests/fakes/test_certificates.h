// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/c_ptr.h"

namespace fakes {

using TlsContext = std::unique_ptr<SSL_CTX, agent::FreeWith<SSL_CTX_free>>;

/// A new certificate authority for each test.
class TestAuthority {
  public:
    explicit TestAuthority(const std::string& name = "Test authority");

    void write_certificate(const std::filesystem::path& file) const;

    /// A server with a certificate for `subject_alternative_name`, "IP:127.0.0.1" or "DNS:example.com".
    [[nodiscard]] TlsContext server(const std::string& subject_alternative_name) const;

  private:
    using Key = std::unique_ptr<EVP_PKEY, agent::FreeWith<EVP_PKEY_free>>;
    using Certificate = std::unique_ptr<X509, agent::FreeWith<X509_free>>;

    /// Issued by `issuer`, or self-signed if that is null.
    [[nodiscard]] static Certificate issue(EVP_PKEY* subject_key, X509* issuer, EVP_PKEY* issuer_key,
                                           const std::string& name, int extension, const std::string& value);

    Key key_;
    Certificate certificate_;
};

}  // namespace fakes
