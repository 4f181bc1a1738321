// SPDX-License-Identifier: Apache-2.0
#include "fakes/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace fakes {

namespace {

void require(bool done) {
    if (!done) throw std::runtime_error("making a certificate failed");
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name)
    : key_(EVP_EC_gen("P-256")),
      certificate_(issue(key_.get(), nullptr, key_.get(), name, NID_basic_constraints, "critical,CA:TRUE")) {}

void TestAuthority::write_certificate(const std::filesystem::path& file) const {
    const std::unique_ptr<std::FILE, agent::FreeWith<std::fclose>> out(std::fopen(file.c_str(), "w"));
    require(out != nullptr && PEM_write_X509(out.get(), certificate_.get()) == 1);
}

TlsContext TestAuthority::server(const std::string& subject_alternative_name) const {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate =
        issue(key.get(), certificate_.get(), key_.get(), "Test server", NID_subject_alt_name, subject_alternative_name);
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    require(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
            SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
    return context;
}

TestAuthority::Certificate TestAuthority::issue(EVP_PKEY* subject_key, X509* issuer, EVP_PKEY* issuer_key,
                                                const std::string& name, int extension, const std::string& value) {
    Certificate made(X509_new());
    X509* const certificate = made.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, subject_key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer == nullptr ? certificate : issuer));

    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer == nullptr ? certificate : issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, agent::FreeWith<X509_EXTENSION_free>> made_extension(
        X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str()));
    require(made_extension != nullptr && X509_add_ext(certificate, made_extension.get(), -1) == 1);
    require(X509_sign(certificate, issuer_key, EVP_sha256()) != 0);
    return made;
}

}  // namespace fakes
