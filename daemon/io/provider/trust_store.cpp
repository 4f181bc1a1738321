// SPDX-License-Identifier: Apache-2.0
#include "io/provider/trust_store.h"

#include <curl/curl.h>
#include <openssl/err.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "io/provider/curl_multi.h"

namespace agent {

namespace {

/// Where curl was built to look.
std::string systems_file() {
    const CurlEasyPtr easy(curl_easy_init());
    char* file = nullptr;
    if (easy != nullptr) curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &file);
    return file == nullptr ? "/etc/ssl/certs/ca-certificates.crt" : file;
}

AuthoritiesPtr no_authorities() {
    AuthoritiesPtr none(X509_STORE_new());
    if (none == nullptr) throw std::bad_alloc();
    return none;
}

Result<AuthoritiesPtr> read_authorities(const std::string& file) {
    AuthoritiesPtr read = no_authorities();
    errno = 0;
    if (X509_STORE_load_file(read.get(), file.c_str()) == 1) {
        // As curl has it: a certificate between the server's and its root may be trusted too.
        X509_STORE_set_flags(read.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
        return read;
    }
    const std::string why = errno != 0 ? std::strerror(errno) : "holds no certificate in PEM format";
    ERR_clear_error();  // else the next TLS connection would find them
    return fail(Error::Code::kBadRequest, file + ": " + why);
}

bool equal(const timespec& a, const timespec& b) noexcept {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

TrustStore::TrustStore(std::string file) : file_(file.empty() ? systems_file() : std::move(file)) {}

Result<void> TrustStore::check(const std::string& file) {
    AGENT_TRY(const AuthoritiesPtr readable, read_authorities(file));
    return {};
}

AuthoritiesPtr TrustStore::authorities() {
    if (!is_read()) read();
    X509_STORE_up_ref(authorities_.get());
    return AuthoritiesPtr(authorities_.get());
}

bool TrustStore::is_read() const noexcept {
    struct stat now {};
    if (!edition_ || ::stat(file_.c_str(), &now) != 0) return false;
    return now.st_dev == edition_->device && now.st_ino == edition_->inode && now.st_size == edition_->size &&
           equal(now.st_mtim, edition_->modified) && equal(now.st_ctim, edition_->changed);
}

void TrustStore::read() {
    // Before the file is read: what is written meanwhile is another edition.
    struct stat now {};
    edition_.reset();
    if (::stat(file_.c_str(), &now) == 0)
        edition_ = {.device = now.st_dev,
                    .inode = now.st_ino,
                    .size = now.st_size,
                    .modified = now.st_mtim,
                    .changed = now.st_ctim};
    auto read = read_authorities(file_);
    problem_ = read ? "" : read.error().message;
    authorities_ = read ? *std::move(read) : no_authorities();
}

}  // namespace agent
