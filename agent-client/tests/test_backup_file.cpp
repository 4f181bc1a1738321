// SPDX-License-Identifier: Apache-2.0
#include "cli/input/backup_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <vector>

#include "expect.h"
#include "fakes/counted_syncs.h"
#include "protocol/limits.h"
#include "unit/temp_dir.h"

using namespace agent;

namespace {

constexpr std::size_t kLongestLine = limits::kBodyBytes - 1024;
const std::string kKdf = R"("kdf":{"operations":3,"memory":268435456,"salt":"MDEyMzQ1Njc4OWFiY2RlZg"})";
const std::string kHead = R"({"clio_agent_backup":1,"id":"0123456789abcdef","made_at":1,)" + kKdf + "}\n";
const std::string kOne = R"({"kind":"app","name":"firm","generation":3,"sealed":"czE"})";
const std::string kTwo = R"({"kind":"account","name":"smith","generation":7,"sealed":"czI"})";

std::string end_of(int records) {
    return R"({"records":)" + std::to_string(records) + R"(,"end":"ZW5k"})" + "\n";
}

std::string record(const char* kind, const char* name) {
    return std::string(R"({"kind":")") + kind + R"(","name":")" + name + R"(","generation":1,"sealed":"czE"})" + "\n";
}

/// A record that takes `size` bytes.
std::string record_of(std::size_t size) {
    const std::string begin = R"({"sealed":")";
    return begin + std::string(size - begin.size() - 2, 'A') + "\"}";
}

/// "one|two|": the records; otherwise the reason.
std::string records_of(const BackupFile& file) {
    std::string all;
    const auto read = file.each_record([&](std::string_view line) -> Reply<void> {
        all.append(line).append("|");
        return {};
    });
    return read ? all : all + read.error().code + ": " + read.error().detail;
}

std::string outcome(const Reply<void>& reply) {
    return reply ? "done" : reply.error().code + ": " + reply.error().detail;
}

bool is_there(const std::string& path) {
    return std::filesystem::symlink_status(path).type() != std::filesystem::file_type::not_found;
}

}  // namespace

Test(backup_file, reads_a_good_one) {
    const TempDir dir;
    const std::string whole = kHead + kOne + "\n" + kTwo + "\n" + end_of(2);
    const std::string records = kOne + "|" + kTwo + "|";
    for (const std::string& text : {whole, whole.substr(0, whole.size() - 1)}) {
        const auto file = BackupFile::read(dir.write("file", text));
        cr_assert(file.has_value(), "%s", file.error().detail.c_str());
        cr_assert(file->kdf() != nullptr);
        EXPECT_TEXT(file->kdf()->find_string("salt").value_or(""), "MDEyMzQ1Njc4OWFiY2RlZg");
        cr_expect(file->records() == 2);
        EXPECT_TEXT(file->end(), "ZW5k");
        EXPECT_TEXT(records_of(*file), records);
        EXPECT_TEXT(records_of(*file), records);
    }
}

Test(backup_file, is_on_the_disk_once_it_is_kept) {
    const TempDir dir;
    auto file = NewBackupFile::create(dir / "file");
    cr_assert(file.has_value() && file->write("line").has_value());
    EXPECT_TEXT(fakes::synced(), "");
    cr_assert(file->keep().has_value());
    const std::string folder = std::filesystem::path(dir / "file").parent_path();
    EXPECT_TEXT(fakes::synced(), dir / "file" + " " + folder + " ");
}

Test(backup_file, reads_one_without_records_and_with_a_recovery_key) {
    const TempDir dir;
    const auto file = BackupFile::read(dir.write("file", R"({"clio_agent_backup":1})"
                                                         "\n" +
                                                             end_of(0)));
    cr_assert(file.has_value());
    cr_expect(file->kdf() == nullptr);
    cr_expect(file->records() == 0);
    EXPECT_TEXT(records_of(*file), "");
}

Test(backup_file, reads_the_longest_line_whole) {
    const TempDir dir;
    const std::string longest = record_of(kLongestLine);
    const auto file = BackupFile::read(dir.write("file", kHead + longest + "\n" + kTwo + "\n" + end_of(2)));
    cr_assert(file.has_value());
    EXPECT_TEXT(records_of(*file), longest + "|" + kTwo + "|");
}

Test(backup_file, refuses_what_is_no_whole_backup) {
    struct Row {
        std::string content;
        const char* why;
    };
    const std::string both = kHead + kOne + "\n" + kTwo + "\n";
    const Row rows[] = {
        {"", "is empty, or not a file"},
        {"\n", "is not a backup of clio-agent"},
        {"hello\n", "is not a backup of clio-agent"},
        {"{}\n", "is not a backup of clio-agent"},
        {std::string("\0\1\2\n", 4), "is not a backup of clio-agent"},
        {"{\"clio_agent_backup\":\"1\"}\n" + end_of(0), "is not a backup of clio-agent"},
        {kHead.substr(0, kHead.size() / 2), "is not a backup of clio-agent"},
        {std::string(100'000, ' ') + kHead + end_of(0), "is not a backup of clio-agent"},
        {"{\"clio_agent_backup\":2}\n" + end_of(0), "is in a backup format that this clioctl cannot read"},
        {"{\"clio_agent_backup\":0}\n" + end_of(0), "is in a backup format that this clioctl cannot read"},
        {kHead, "is truncated: its end is missing"},
        {both, "is truncated: its end is missing"},
        {both.substr(0, both.size() - 1), "is truncated: its end is missing"},
        {both.substr(0, both.size() - 5), "line 3 is not a JSON object: it is damaged or truncated"},
        {both + end_of(2).substr(0, 10), "line 4 is not a JSON object: it is damaged or truncated"},
        {both + "\n" + end_of(2), "line 4 is not a JSON object"},
        {both + "[1]\n" + end_of(2), "line 4 is not a JSON object"},
        {both + "{}\n" + end_of(2), "line 4 is neither a record nor the end"},
        {kHead + record_of(kLongestLine + 1) + "\n" + end_of(1), "line 2 is too long"},
        {kHead + record_of(kLongestLine + 2) + "\n" + end_of(1), "line 2 is too long"},
        {kHead + record_of(200'000) + "\n" + end_of(1), "line 2 is too long"},
        {both + end_of(1), "has 2 records, but its end gives a different number"},
        {both + end_of(3), "has 2 records, but its end gives a different number"},
        {both + "{\"end\":\"ZW5k\"}\n", "has 2 records, but its end gives a different number"},
        {both + "{\"records\":2,\"end\":7}\n", "line 4 is neither a record nor the end"},
        {both + end_of(2) + "\n", "continues after its end"},
        {both + end_of(2) + kOne + "\n", "continues after its end"},
        {both + end_of(2) + end_of(2), "continues after its end"},
        {both + end_of(2) + " ", "continues after its end"},
    };
    const TempDir dir;
    for (const Row& row : rows) {
        const auto file = BackupFile::read(dir.write("file", row.content));
        cr_assert_not(file.has_value(), "%s", row.why);
        EXPECT_TEXT(file.error().code, "bad_request");
        EXPECT_CONTAINS(file.error().detail, dir / "file: " + row.why);
    }
}

Test(backup_file, has_each_record_once_and_apps_first) {
    const TempDir dir;
    const auto read = [&](const std::vector<std::string>& records) {
        std::string text = kHead;
        for (const std::string& one : records) text += one;
        const auto file = BackupFile::read(dir.write("file", text + end_of(static_cast<int>(records.size()))));
        return file ? "read" : file.error().detail.substr((dir / "file: ").size());
    };
    const std::string app_a = record("app", "a");
    const std::string app_b = record("app", "b");
    const std::string a = record("account", "a");
    const std::string b = record("account", "b");
    EXPECT_TEXT(read({app_a, app_b, a, b}), "read");
    EXPECT_TEXT(read({app_b, a}), "read");
    EXPECT_TEXT(read({b}), "read");
    EXPECT_TEXT(read({app_b}), "read");
    EXPECT_TEXT(read({app_a, app_a, a}), "line 3 is a duplicate, or out of order");
    EXPECT_TEXT(read({app_b, app_a, a}), "line 3 is a duplicate, or out of order");
    EXPECT_TEXT(read({app_a, a, a}), "line 4 is a duplicate, or out of order");
    EXPECT_TEXT(read({app_a, b, a}), "line 4 is a duplicate, or out of order");
    EXPECT_TEXT(read({a, app_a}), "line 3 is a duplicate, or out of order");
    EXPECT_TEXT(read({a, app_b, b}), "line 3 is a duplicate, or out of order");
}

Test(backup_file, refuses_what_is_no_file) {
    const TempDir dir;
    EXPECT_CONTAINS(BackupFile::read(dir / "").error().detail, "is empty, or not a file");
    const auto none = BackupFile::read(dir / "none");
    cr_assert_not(none.has_value());
    EXPECT_CONTAINS(none.error().detail, dir / "none: No such file or directory");
}

Test(backup_file, tells_when_it_has_changed_since) {
    const TempDir dir;
    const auto file = BackupFile::read(dir.write("file", kHead + kOne + "\n" + kTwo + "\n" + end_of(2)));
    cr_assert(file.has_value());
    const std::string changed = "bad_request: " + (dir / "file") + ": changed while it was being read";
    dir.write("file", kHead + kOne + "\n");
    EXPECT_TEXT(records_of(*file), kOne + "|" + changed);
    dir.write("file", kHead + kOne + "\n" + end_of(1));
    EXPECT_TEXT(records_of(*file), kOne + "|" + changed);
    dir.write("file", "");
    EXPECT_TEXT(records_of(*file), changed);
    std::filesystem::remove(dir / "file");
    EXPECT_TEXT(records_of(*file), changed);
}

Test(backup_file, stops_where_a_record_is_not_taken) {
    const TempDir dir;
    const auto file = BackupFile::read(dir.write("file", kHead + kOne + "\n" + kTwo + "\n" + end_of(2)));
    int taken = 0;
    const auto read = file->each_record([&](std::string_view) -> Reply<void> {
        ++taken;
        return fail_with(kNoAgent, "nobody is there");
    });
    EXPECT_TEXT(outcome(read), "no_agent: nobody is there");
    cr_expect(taken == 1);
}

Test(backup_file, is_written_for_its_owner_alone_and_read_again) {
    const TempDir dir;
    ::umask(0);
    for (const std::string& path : {dir / "file", std::string("here")}) {
        cr_assert(::chdir((dir / "").c_str()) == 0);
        {
            auto made = NewBackupFile::create(path);
            cr_assert(made.has_value());
            NewBackupFile file = *std::move(made);
            for (const std::string& line : {kHead.substr(0, kHead.size() - 1), kOne, end_of(1).substr(0, 26)})
                EXPECT_TEXT(outcome(file.write(line)), "done");
            EXPECT_TEXT(outcome(file.keep()), "done");
        }
        struct stat status {};
        cr_assert(::stat(path.c_str(), &status) == 0);
        cr_expect((status.st_mode & 07777) == 0600, "%o", status.st_mode);
        EXPECT_TEXT(TempDir::read(path), kHead + kOne + "\n" + end_of(1));
        cr_expect(BackupFile::read(path).has_value());
    }
}

Test(backup_file, replaces_nothing) {
    const TempDir dir;
    const std::string file = dir.write("file", "precious");
    std::filesystem::create_symlink(file, dir / "link");
    std::filesystem::create_symlink(dir / "nowhere", dir / "dangling");
    std::filesystem::create_directory(dir / "folder");
    for (const char* name : {"file", "link", "dangling", "folder"}) {
        const std::string path = dir / name;
        const std::string refusal = "conflict: " + path + ": already exists; a backup never overwrites a file";
        EXPECT_TEXT(outcome(NewBackupFile::may_be_at(path)), refusal);
        const auto made = NewBackupFile::create(path);
        cr_assert_not(made.has_value(), "%s", name);
        EXPECT_TEXT(made.error().code + ": " + made.error().detail, refusal);
        cr_expect(is_there(path), "%s", name);
    }
    EXPECT_TEXT(TempDir::read(file), "precious");
    cr_expect_not(is_there(dir / "nowhere"));
}

Test(backup_file, tells_beforehand_where_it_cannot_be) {
    const TempDir dir;
    EXPECT_TEXT(outcome(NewBackupFile::may_be_at(dir / "file")), "done");
    cr_expect_not(is_there(dir / "file"));
    dir.write("file", "precious");
    for (const char* name : {"no/file", "file/file"}) {
        const std::string path = dir / name;
        cr_expect_not(NewBackupFile::may_be_at(path).has_value(), "%s", name);
        cr_expect_not(NewBackupFile::create(path).has_value(), "%s", name);
    }
    EXPECT_CONTAINS(outcome(NewBackupFile::may_be_at(dir / "no/file")), dir / "no: No such file or directory");
    EXPECT_CONTAINS(outcome(NewBackupFile::may_be_at(dir / "file/file")), dir / "file/file: Not a directory");
    EXPECT_CONTAINS(NewBackupFile::create(dir / "no/file").error().detail, "no/file: No such file or directory");
}

Test(backup_file, is_removed_unless_it_was_kept) {
    const TempDir dir;
    {
        const auto made = NewBackupFile::create(dir / "file");
        cr_assert(made.has_value());
        cr_expect(is_there(dir / "file"));
    }
    cr_expect_not(is_there(dir / "file"));
    {
        auto made = NewBackupFile::create(dir / "file");
        cr_assert(made.has_value());
        {
            const NewBackupFile moved = *std::move(made);
            cr_expect(is_there(dir / "file"));
        }
        cr_expect_not(is_there(dir / "file"));
        dir.write("file", "of somebody else");
    }
    cr_expect(is_there(dir / "file"), "removed by one that it was moved from");
}

Test(backup_file, that_the_disk_refuses_is_removed) {
    const TempDir dir;
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 100, .rlim_max = 100};
    cr_assert(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    {
        auto file = NewBackupFile::create(dir / "file");
        cr_assert(file.has_value());
        EXPECT_CONTAINS(outcome(file->write(std::string(101, 'x'))), dir / "file: File too large");
    }
    cr_expect_not(is_there(dir / "file"));
}

Test(backup_file, holds_the_parameters_of_the_passphrase) {
    const auto written = [](const char* text) {
        JsonWriter out;
        out.begin_object();
        const auto json = *Json::parse(text);
        if (const auto reply = write_kdf(out, json); !reply) return reply.error().detail;
        out.end_object();
        return std::string(out.view());
    };
    EXPECT_TEXT(written(R"({"salt":"MDEyMzQ1Njc4OWFiY2RlZg","memory":268435456,"operations":3,"more":1})"),
                "{" + kKdf + "}");
    EXPECT_CONTAINS(written(R"({"operations":3,"memory":1})"), "\"salt\"");
    EXPECT_CONTAINS(written(R"({"operations":3,"salt":"YQ"})"), "\"memory\"");
    EXPECT_CONTAINS(written(R"({"memory":3,"salt":"YQ"})"), "\"operations\"");
}
