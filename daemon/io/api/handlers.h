// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/api/routes.h"

/// The handlers of the routes; daemon/openapi.yaml says what each does.
namespace agent {

using Handled = Result<std::unique_ptr<Waiting>>;

/// What a handler returns after it has answered.
[[nodiscard]] inline Handled answered() {
    return nullptr;
}

// tokens.cpp
Handled get_token(Api& api, const ApiCall& call, ApiReply& reply);
Handled get_only_token(Api& api, const ApiCall& call, ApiReply& reply);
Handled report_token(Api& api, const ApiCall& call, ApiReply& reply);

// accounts.cpp
Handled list_accounts(Api& api, const ApiCall& call, ApiReply& reply);
Handled get_account(Api& api, const ApiCall& call, ApiReply& reply);
Handled remove_account(Api& api, const ApiCall& call, ApiReply& reply);
Handled refresh_account(Api& api, const ApiCall& call, ApiReply& reply);

// authorizations.cpp
Handled list_authorizations(Api& api, const ApiCall& call, ApiReply& reply);
Handled begin_authorization(Api& api, const ApiCall& call, ApiReply& reply);
Handled get_authorization(Api& api, const ApiCall& call, ApiReply& reply);
Handled continue_authorization(Api& api, const ApiCall& call, ApiReply& reply);
Handled cancel_authorization(Api& api, const ApiCall& call, ApiReply& reply);

// apps.cpp
Handled list_apps(Api& api, const ApiCall& call, ApiReply& reply);
Handled get_app(Api& api, const ApiCall& call, ApiReply& reply);
Handled check_app(Api& api, const ApiCall& call, ApiReply& reply);
Handled put_app(Api& api, const ApiCall& call, ApiReply& reply);
Handled remove_app(Api& api, const ApiCall& call, ApiReply& reply);

// health.cpp
Handled get_status(Api& api, const ApiCall& call, ApiReply& reply);
Handled get_metrics(Api& api, const ApiCall& call, ApiReply& reply);

// keys.cpp
Handled lock(Api& api, const ApiCall& call, ApiReply& reply);
Handled unlock(Api& api, const ApiCall& call, ApiReply& reply);
Handled list_keys(Api& api, const ApiCall& call, ApiReply& reply);
Handled add_key(Api& api, const ApiCall& call, ApiReply& reply);
Handled remove_key(Api& api, const ApiCall& call, ApiReply& reply);
Handled rotate_key(Api& api, const ApiCall& call, ApiReply& reply);
Handled test_keys(Api& api, const ApiCall& call, ApiReply& reply);

// proofs.cpp
Handled make_proof(Api& api, const ApiCall& call, ApiReply& reply);

// backups.cpp
Handled begin_backup(Api& api, const ApiCall& call, ApiReply& reply);
Handled copy_records(Api& api, const ApiCall& call, ApiReply& reply);
Handled move_account(Api& api, const ApiCall& call, ApiReply& reply);

// restores.cpp
Handled open_backup(Api& api, const ApiCall& call, ApiReply& reply);
Handled restore_records(Api& api, const ApiCall& call, ApiReply& reply);

// event_stream.cpp
Handled get_events(Api& api, const ApiCall& call, ApiReply& reply);

}  // namespace agent
