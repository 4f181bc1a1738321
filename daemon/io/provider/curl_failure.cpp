// SPDX-License-Identifier: Apache-2.0
#include "io/provider/curl_failure.h"

namespace agent {

HttpFailure::Kind failure_kind(CURLcode result, bool sent) noexcept {
    using Kind = HttpFailure::Kind;
    switch (result) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return Kind::kResolve;
        case CURLE_OPERATION_TIMEDOUT:
            return Kind::kTimeout;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
            return Kind::kTls;
        default:
            return sent ? Kind::kCut : Kind::kConnect;
    }
}

}  // namespace agent
