// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/json/json_writer.h"
#include "base/text/number.h"
#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/progress.h"
#include "cli/input/backup_file.h"
#include "cli/input/secret_source.h"
#include "cli/proof.h"
#include "cli/record_sender.h"
#include "cli/request_times.h"
#include "cli/session.h"
#include "cli/signal_watch.h"
#include "lib/members.h"
#include "lib/token_call.h"

namespace agent {

namespace {

/// What has been done so far.
struct Backup {
    std::string id;
    SecretString key;
    SecretString recovery_key;  // empty with a passphrase
    std::int64_t records = 0;
    std::vector<std::string> left_out;  // "account smith: why"
    std::vector<std::string> moved;
    std::vector<std::string> not_moved;  // as left_out
};

Reply<Answer> begin(const AgentClient& client, const Arguments& arguments) {
    JsonWriter body;
    body.begin_object();
    if (!arguments.has("recovery-key")) {
        AGENT_TRY(const SecretSource source, SecretSource::chosen_by(arguments));
        AGENT_TRY(const SecretString passphrase, source.read_new("passphrase of the backup"));
        body.member("passphrase", passphrase.reveal());
    }
    body.end_object();
    return call_as_person(client, arguments, {.method = "POST", .target = "/v1/backups", .body = body.view()},
                          request_times::kDerivation);
}

Reply<Backup> read_begun(const Answer& begun) {
    AGENT_TRY(const auto id, need_string(begun.json, "id"));
    AGENT_TRY(const auto key, need_string(begun.json, "key"));
    Backup backup;
    backup.id = id;
    backup.key = SecretString(key);
    backup.recovery_key = SecretString(begun.json.find_string("recovery_key").value_or(""));
    return backup;
}

Reply<void> write_head(NewBackupFile& file, const Backup& backup, const Answer& begun) {
    const Json* const kdf = begun.json.find("kdf");
    JsonWriter head;
    head.begin_object().member("clio_agent_backup", 1).member("id", backup.id).member("made_at", unix_now());
    if (kdf != nullptr) AGENT_CHECK(write_kdf(head, *kdf));
    head.end_object();
    return file.write(head.view());
}

Reply<void> move_account(const AgentClient& client, Backup& backup, std::string_view name) {
    AGENT_TRY(const std::string path, account_path(name));
    JsonWriter body;
    body.begin_object().member("key", backup.key.reveal()).end_object();
    backup.moved.emplace_back(name);  // it may have been, even if the answer is lost
    AGENT_TRY(const Answer answer, client.call({.method = "POST", .target = path + "/move", .body = body.view()},
                                               request_times::kOneRefresh));
    AGENT_TRY(const bool moved, need_boolean(answer.json, "moved"));
    AGENT_TRY(const auto why_not, need_string(answer.json, "detail"));
    if (moved) return {};
    backup.moved.pop_back();
    backup.not_moved.push_back("account " + std::string(name) + ": " + std::string(why_not));
    return {};
}

Reply<void> move_accounts(const AgentClient& client, Backup& backup) {
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = "/v1/accounts"}));
    AGENT_TRY(const Json::Array* accounts, need_array(answer.json, "accounts"));
    Progress progress("accounts moved", accounts->size());
    for (const Json& account : *accounts) {
        AGENT_TRY(const auto name, need_string(account, "name"));
        AGENT_CHECK(move_account(client, backup, name));
        progress.step();
    }
    return {};
}

void write_place(JsonWriter& out, std::string_view kind, std::string_view name) {
    out.begin_object().member("kind", kind).member("name", name);
}

Reply<void> keep_page(NewBackupFile& file, Backup& backup, const Json& page) {
    AGENT_TRY(const Json::Array* records, need_array(page, "records"));
    for (const Json& record : *records) {
        AGENT_TRY(const auto kind, need_string(record, "kind"));
        AGENT_TRY(const auto name, need_string(record, "name"));
        AGENT_TRY(const auto generation, need_integer(record, "generation"));
        AGENT_TRY(const auto sealed, need_string(record, "sealed"));
        JsonWriter line;
        write_place(line, kind, name);
        line.member("generation", generation).member("sealed", sealed).end_object();
        AGENT_CHECK(file.write(line.view()));
    }
    backup.records += static_cast<std::int64_t>(records->size());
    AGENT_TRY(const Json::Array* left_out, need_array(page, "left_out"));
    for (const Json& record : *left_out) {
        AGENT_TRY(const auto kind, need_string(record, "kind"));
        AGENT_TRY(const auto name, need_string(record, "name"));
        AGENT_TRY(const auto reason, need_string(record, "reason"));
        backup.left_out.push_back(std::string(kind) + " " + std::string(name) + ": " + std::string(reason));
    }
    return {};
}

/// How many records there are to copy, for a person who waits; it may change meanwhile.
Reply<std::size_t> count_records(const AgentClient& client) {
    AGENT_TRY(const Answer accounts, client.call({.method = "GET", .target = "/v1/accounts"}));
    AGENT_TRY(const Json::Array* every_account, need_array(accounts.json, "accounts"));
    AGENT_TRY(const Answer apps, client.call({.method = "GET", .target = "/v1/apps"}));
    AGENT_TRY(const Json::Array* every_app, need_array(apps.json, "apps"));
    // Those of the configuration are not in the store.
    const auto stored = std::ranges::count_if(
        *every_app, [](const Json& app) { return app.find_string("source") == std::string_view("agent"); });
    return every_account->size() + static_cast<std::size_t>(stored);
}

/// Page by page, until the agent sends the end.
Reply<void> copy_records(const AgentClient& client, NewBackupFile& file, Backup& backup) {
    std::optional<Progress> progress;
    if (Progress::is_watched()) {
        AGENT_TRY(const std::size_t count, count_records(client));
        progress.emplace("records copied", count);
    }
    Answer page;
    for (const Json* next = nullptr;;) {
        JsonWriter body;
        body.begin_object().member("key", backup.key.reveal()).member("copied", backup.records);
        if (next != nullptr) {
            AGENT_TRY(const auto kind, need_string(*next, "kind"));
            AGENT_TRY(const auto name, need_string(*next, "name"));
            body.key("after");
            write_place(body, kind, name);
            body.end_object();
        }
        body.end_object();
        AGENT_TRY(page, client.call({.method = "POST", .target = "/v1/backups/records", .body = body.view()}));
        AGENT_CHECK(keep_page(file, backup, page.json));
        if (progress) progress->show(static_cast<std::size_t>(backup.records));
        next = page.json.find("next");
        if (next == nullptr) break;
    }
    AGENT_TRY(const auto end, need_string(page.json, "end"));
    JsonWriter line;
    line.begin_object().member("records", backup.records).member("end", end).end_object();
    return file.write(line.view());
}

/// Reads the file back, and has the agent say that it could restore all of it.
Reply<void> check(const AgentClient& client, const NewBackupFile& file, const Backup& backup) {
    AGENT_TRY(const BackupFile written, BackupFile::read(file.path()));
    RecordSender sender([&](const AgentRequest& request) { return client.call(request, RecordSender::kStoring); },
                        backup.key.clone(), /*check_only=*/true);
    AGENT_CHECK(send_all(written, sender, "records checked"));
    for (const RecordSender::Outcome& outcome : sender.outcomes()) {
        if (outcome.result == "failed")
            return fail(Error::Code::kInternal, file.path() + ": could not be restored: " + outcome.kind + " " +
                                                    outcome.name + ": " + outcome.detail);
    }
    if (written.records() != backup.records || std::ssize(sender.outcomes()) != backup.records)
        return fail(Error::Code::kInternal, file.path() + ": is not what was written to it");
    return {};
}

Reply<void> fill(const AgentClient& client, NewBackupFile& file, Backup& backup, const Answer& begun) {
    backup.records = 0;
    backup.left_out.clear();
    AGENT_CHECK(write_head(file, backup, begun));
    AGENT_CHECK(copy_records(client, file, backup));
    return check(client, file, backup);
}

/// Gives nothing away before there is a backup that is good. It is made again then, as what was moved has to be told in
/// it.
Reply<void> make(const AgentClient& client, NewBackupFile& file, Backup& backup, const Answer& begun, bool move) {
    AGENT_CHECK(fill(client, file, backup, begun));
    if (!move) return file.keep();
    AGENT_TRY(NewBackupFile moved, NewBackupFile::create(file.path() + ".moved"));
    AGENT_CHECK(move_accounts(client, backup));
    AGENT_CHECK(fill(client, moved, backup, begun));
    return moved.keep_instead_of(file);
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(name);
    return all;
}

void write_names(JsonWriter& out, std::string_view key, const std::vector<std::string>& names) {
    out.key(key).begin_array();
    for (const std::string& name : names) out.string(name);
    out.end_array();
}

Reply<void> print_as_json(const std::string& path, const Backup& backup) {
    JsonWriter out;
    out.begin_object().member("file", path).member("id", backup.id).member("records", backup.records);
    write_names(out, "left_out", backup.left_out);
    write_names(out, "moved", backup.moved);
    write_names(out, "not_moved", backup.not_moved);
    out.end_object();
    return print_json(out.view());
}

Reply<void> print_result(const std::string& path, const Backup& backup) {
    for (const std::string& record : backup.left_out) complain("left out: " + record);
    for (const std::string& account : backup.not_moved) complain("not moved: " + account);
    return print("Backup " + backup.id + " of " + counted(backup.records, "record") + " is in " + path + "\n" +
                 (backup.moved.empty() ? "" : "Moved away: " + joined(backup.moved) + "\n"));
}

/// Printed before anything depends on it, and as the only output on standard output, so that it can be piped to a
/// printer or a vault.
Reply<void> print_recovery_key(const Backup& backup, bool as_json) {
    warn_of_readable_output("recovery key");
    JsonWriter json;
    json.begin_object().member("recovery_key", backup.recovery_key.reveal()).end_object();
    if (!as_json) tell("This recovery key opens the backup. Write it down now: it is never shown again.\n\n");
    return as_json ? print_json(json.view()) : print_line(backup.recovery_key.reveal());
}

}  // namespace

Reply<int> backup(const Arguments& arguments) {
    const std::string path(arguments.words.front());
    for (const char* option : {"accept-weak", "stdin", "ask-password"}) {
        if (arguments.has("recovery-key") && arguments.has(option))
            return usage(arguments.command, "--" + std::string(option) + " is only valid with a passphrase");
    }
    AGENT_TRY(AgentClient client, client_for(arguments));
    AGENT_CHECK(NewBackupFile::may_be_at(path));
    AGENT_TRY(const Answer begun, begin(client, arguments));
    // Ctrl-C takes effect only when nothing is left half done.
    AGENT_TRY(const SignalWatch signals, SignalWatch::begin());
    client.give_up_when_readable(signals.fd());
    AGENT_TRY(NewBackupFile file, NewBackupFile::create(path));
    AGENT_TRY(Backup backup, read_begun(begun));
    if (!backup.recovery_key.empty()) AGENT_CHECK(print_recovery_key(backup, arguments.has("json")));
    if (const auto made = make(client, file, backup, begun, arguments.has("move")); !made) {
        Failure why = made.error();
        if (!backup.moved.empty())
            why.detail += "; no backup was made, and these accounts were moved away: " + joined(backup.moved) +
                          "; to take one back: clioctl refresh --revive ACCOUNT";
        if (why.code == kInterrupted) report(why, arguments.has("json"));  // the signal will end this process first
        return tl::unexpected(std::move(why));
    }
    AGENT_CHECK(arguments.has("json") ? print_as_json(path, backup) : print_result(path, backup));
    return backup.left_out.empty() ? 0 : 1;
}

}  // namespace agent
