# SPDX-License-Identifier: Apache-2.0
"""Backups by clioctl: what they restore, what they leave unchanged, and that none can be read or altered."""

import json
import shutil
import sqlite3
import stat

import pytest
from support.backups import (
    PASSPHRASE, PLATFORM, WRONG, account, asked_for_tokens, back_up, back_up_and_restore, make_target, passphrases,
    restore
)
from support.clioctl import Clioctl
from support.fake_agent import FakeAgent, answer
from support.terminal import Terminal


def test_an_empty_agent_goes_on_with_what_was_backed_up(stage, make_target):
    for name in ("smith-law", "jones-law"):
        stage.login(name)
    add = ["app", "add", "added", "--product", "manage", "--region", "us", "--client-id", stage.clio.client_id,
           "--secret-file", "-", "--redirect-uri", stage.redirect_uri]
    stage.clioctl(*add, stdin=stage.clio.client_secret)
    file, made = back_up(stage)
    assert made["records"] == 3 and made["left_out"] == [] and made["moved"] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    daemon, target = make_target(stage)
    results, _ = restore(target, file)
    assert results == {"added": "restored", "jones-law": "restored", "smith-law": "restored"}
    assert target("token", "smith-law").stdout == stage.clioctl("token", "smith-law").stdout
    assert target.json("refresh", "smith-law")["generation"] == 2
    assert [app["source"] for app in target.json("app", "list")["apps"] if app["name"] == "added"] == ["agent"]
    before = account(target)
    daemon.restart()
    assert account(target) | {"refresh_at": 0} == before | {"refresh_at": 0}


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_the_protocol(stage, in_play, passphrase):
    stage.login("smith-law")
    begun, records = back_up_and_restore(stage.agent, passphrase)
    in_play.add(begun["key"], *([] if passphrase else [begun["recovery_key"]]))
    assert [(record["name"], record["result"]) for record in records] == [("smith-law", "kept")]


def test_the_source_is_as_it_was(stage):
    stage.login("smith-law")
    before = account(stage.clioctl)
    back_up(stage)
    assert account(stage.clioctl) == before


def test_nothing_in_the_file_can_be_read(stage, in_play):
    stage.login("smith-law")
    file, _ = back_up(stage)
    assert list(in_play.leaks(file)) == []


def test_a_refresh_token_that_works_once_is_left_to_a_person(make_stage, make_target):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        file, _ = back_up(stage)
        asked = asked_for_tokens(stage)
        daemon, target = make_target(stage)
        results, details = restore(target, file)
        assert results == {"smith-law": "set_aside"}
        assert "clioctl refresh --revive smith-law" in details["smith-law"]
        for _ in range(2):
            assert account(target)["state"] == "login_required" and account(target)["reason"] == details["smith-law"]
            assert target("token").stdout == stage.clioctl("token").stdout, "it is good as long as it lives"
            target("refresh", "smith-law", exit=3)
            daemon.restart()
        assert asked_for_tokens(stage) == asked, "the refresh token was used unasked"

        stage.daemon.stop()
        assert target.json("refresh", "smith-law", "--revive")["generation"] == 2
        assert account(target)["state"] == "ready"


def test_an_old_backup_brings_no_spent_token_back(make_stage, make_target):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        file, _ = back_up(stage)
        stage.clioctl("refresh", "smith-law")
        results, details = restore(stage.clioctl, file)
        assert results == {"smith-law": "kept"} and "generation 2 here, 1 in the backup" in details["smith-law"]
        assert account(stage.clioctl)["state"] == "ready"
        assert stage.clioctl.json("refresh", "smith-law")["generation"] == 3

        _, target = make_target(stage)
        assert restore(target, file)[0] == {"smith-law": "set_aside"}
        target("refresh", "smith-law", "--revive", exit=3)
        assert "invalid_grant" in account(target)["reason"]


def test_what_works_here_is_kept_until_it_is_logged_out(stage):
    stage.login("smith-law")
    file, _ = back_up(stage)
    results, details = restore(stage.clioctl, file)
    assert results == {"smith-law": "kept"} and "clioctl logout --local smith-law" in details["smith-law"]
    stage.clioctl("logout", "--local", "smith-law")
    assert restore(stage.clioctl, file)[0] == {"smith-law": "restored"}
    stage.clioctl("refresh", "smith-law")


def test_an_account_whose_app_is_unknown_waits_for_it(stage, make_target):
    stage.login("smith-law")
    file, _ = back_up(stage)
    _, target = make_target(stage, with_app=False)
    results, details = restore(target, file)
    assert results == {"smith-law": "set_aside"} and "clioctl app add firm" in details["smith-law"]
    add = ["app", "add", "firm", "--product", "manage", "--region", "us", "--client-id", stage.clio.client_id,
           "--secret-file", "-", "--redirect-uri", stage.redirect_uri]
    endpoints = stage.config["apps"]["firm"]["endpoints"]
    for name, url in endpoints.items():
        add += ["--endpoint", f"{name}={url}"]
    target(*add, stdin=stage.clio.client_secret)
    assert target.json("refresh", "smith-law", "--revive")["generation"] == 2


def test_a_logout_ends_a_grant_that_waits_for_a_person(make_stage, make_target):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        file, _ = back_up(stage)
        daemon, target = make_target(stage)
        assert restore(target, file)[0] == {"smith-law": "set_aside"}
        daemon.restart()
        target("logout", "smith-law")
        assert target.json("list")["accounts"] == []
        stage.clioctl("refresh", "smith-law", exit=3)  # it was the same grant


def test_a_recovery_key_opens_it(stage, make_target, in_play):
    stage.login("smith-law")
    file = stage.daemon.home / "firm.backup"
    done = stage.clioctl("backup", str(file), "--recovery-key")
    key, words = done.stdout.split("\n", 1)
    in_play.add(key)
    assert "1 record is in" in words and "recovery key" in done.stderr and key not in done.stderr
    _, target = make_target(stage)
    for wrong in (key[:-1] + "!", PASSPHRASE):
        target("restore", str(file), stdin=wrong, exit=2)
    assert target.json("list")["accounts"] == []
    assert restore(target, file, stdin=key.lower().replace("-", " "))[0] == {"smith-law": "restored"}


def test_a_wrong_passphrase_changes_nothing(stage, make_target):
    stage.login("smith-law")
    file, _ = back_up(stage)
    _, target = make_target(stage)
    assert "passphrase" in target("restore", str(file), stdin=WRONG, exit=5).stderr
    assert target.json("list")["accounts"] == []


def test_progress_is_shown_on_a_terminal_alone(stage, make_target):
    for number in range(3):
        stage.login(f"a{number}")
    file = stage.daemon.home / "seen.backup"
    terminal = Terminal(stage.clioctl, "backup", str(file))
    for prompt in ("New passphrase of the backup: ", "New passphrase of the backup again: "):
        terminal.expect(prompt)
        terminal.type(PASSPHRASE + "\n")
    assert terminal.end() == 0
    assert "[====================] 3 of 3 records copied" in terminal.shown, "the app stands in the configuration"
    assert "[====================] 3 of 3 records checked" in terminal.shown
    _, target = make_target(stage)
    terminal = Terminal(target, "restore", str(file))
    terminal.expect("Passphrase of the backup: ")
    terminal.type(PASSPHRASE + "\n")
    assert terminal.end() == 0
    assert "[====================] 3 of 3 records restored" in terminal.shown

    other = stage.daemon.home / "quiet.backup"
    assert stage.clioctl("backup", str(other), stdin=PASSPHRASE).stderr == ""
    assert "[=" not in (lambda done: done.stdout + done.stderr)(target("restore", str(other), stdin=PASSPHRASE))


def lines_of(file):
    return file.read_text().splitlines(keepends=True)


@pytest.fixture
def three(stage, make_target, in_play):
    """Two backups of three accounts, with the recovery key of each, and an empty agent."""
    for name in ("adams", "brown", "clark"):
        stage.login(name)
    backups = []
    for name in ("one.backup", "two.backup"):
        file = stage.daemon.home / name
        key = stage.clioctl("backup", str(file), "--recovery-key").stdout.split("\n")[0]
        in_play.add(key)
        backups.append((file, key))
    return *backups, make_target(stage)[1]


def test_an_altered_backup_restores_nothing(three):
    """Lines removed, doubled, cut or exchanged with those of another backup."""
    (file, key), (other, _), target = three
    lines, others = lines_of(file), lines_of(other)
    altered = {f"without line {i}": lines[:i] + lines[i + 1:] for i in range(len(lines))}
    altered |= {f"with line {i} twice": lines[:i + 1] + lines[i:] for i in range(len(lines))}
    altered |= {f"cut in line {i}": lines[:i] + [lines[i][:len(lines[i]) // 2]] for i in range(len(lines))}
    altered |= {"empty": [], "another number": lines[:-1] + [lines[-1].replace('"records":3', '"records":4')]}
    altered["a record in place of another"] = [*lines[:3], lines[2], lines[4]]
    altered["in another order"] = [lines[0], lines[2], lines[1], *lines[3:]]
    for what, text in altered.items():
        file.write_text("".join(text))
        done = target("restore", str(file), stdin=key, exit=2)
        assert str(file) in done.stderr, what
    # The key alone detects these.
    without = json.dumps(json.loads(lines[-1]) | {"records": 2})
    for text in (lines[:-1] + others[-1:], lines[:1] + lines[2:-1] + [without]):
        file.write_text("".join(text))
        assert "records were added or removed" in target("restore", str(file), stdin=key, exit=5).stderr
    assert target.json("list")["accounts"] == []


def test_a_record_that_was_altered_fails_alone(three):
    (file, key), (other, _), target = three
    lines = lines_of(file)
    damaged = json.loads(lines[1])
    damaged["sealed"] = damaged["sealed"][:40] + ("A" if damaged["sealed"][40] != "A" else "B") + damaged["sealed"][41:]
    renamed = json.loads(lines[2]) | {"name": "bruno"}
    newer = json.loads(lines[3]) | {"generation": 7}
    foreign = lines_of(other)[3]
    for last in (json.dumps(newer) + "\n", foreign):
        file.write_text("".join([lines[0], json.dumps(damaged) + "\n", json.dumps(renamed) + "\n", last, lines[4]]))
        results, details = restore(target, file, stdin=key, exit=1)
        assert results == {"adams": "failed", "bruno": "failed", "clark": "failed"}
        assert all("cannot be opened" in detail for detail in details.values())
        assert target.json("list")["accounts"] == []
    file.write_text("".join([lines[0], json.dumps(damaged) + "\n", *lines[2:]]))
    assert restore(target, file, stdin=key, exit=1)[0] == {"adams": "failed", "brown": "restored", "clark": "restored"}


def test_what_is_no_backup_is_refused(stage):
    home = stage.daemon.home
    for name, content in {"text": "hello\n", "json": "{}\n", "newer": '{"clio_agent_backup":2}\n',
                          "long": '{"clio_agent_backup":1,"kdf":null}\n' + "x" * 100_000}.items():
        (home / name).write_text(content)
        assert str(home / name) in stage.clioctl("restore", str(home / name), stdin=PASSPHRASE, exit=2).stderr
    assert "No such file" in stage.clioctl("restore", str(home / "none"), stdin=PASSPHRASE, exit=1).stderr


def test_no_file_is_replaced_and_none_is_left_half_written(stage):
    stage.login("smith-law")
    file, _ = back_up(stage)
    before = file.read_bytes()
    assert "already exists" in stage.clioctl("backup", str(file), stdin=PASSPHRASE, exit=1).stderr
    assert file.read_bytes() == before
    files = sorted(stage.daemon.home.iterdir())
    stage.clioctl("backup", str(stage.daemon.home / "another"), stdin="", exit=2)
    assert sorted(stage.daemon.home.iterdir()) == files


def test_many_accounts_come_page_by_page(stage, make_target):
    names = [f"firm-{i:03}" for i in range(150)]
    for name in names:
        stage.login(name)
    file, made = back_up(stage)
    assert made["records"] == 150
    _, target = make_target(stage)
    results, _ = restore(target, file)
    assert results == {name: "restored" for name in names}
    assert [entry["name"] for entry in target.json("list")["accounts"]] == names


def test_a_damaged_account_is_left_out_and_can_be_restored(stage):
    stage.login("smith-law")
    stage.login("jones-law")
    file, _ = back_up(stage)
    stage.daemon.stop()
    damage(stage.daemon.state_dir, "smith-law")
    stage.daemon.start()
    second, made = back_up(stage, name="second.backup", exit=1)
    assert made["records"] == 1 and "smith-law" in made["left_out"][0]
    assert restore(stage.clioctl, file)[0] == {"jones-law": "kept", "smith-law": "restored"}
    assert account(stage.clioctl)["state"] == "ready"


def damage(state_dir, name):
    with sqlite3.connect(state_dir / "store.db") as store:
        store.execute("UPDATE record SET sealed = zeroblob(length(sealed)) WHERE name = ?", (name,))
    store.close()


def test_a_locked_agent_gives_and_takes_none(stage):
    stage.login("smith-law")
    file, _ = back_up(stage)
    stage.clioctl("key", "add", "passphrase", stdin=PASSPHRASE)
    stage.clioctl("lock")
    stage.clioctl("backup", str(file) + "2", stdin=PASSPHRASE, exit=6)
    stage.clioctl("restore", str(file), stdin=PASSPHRASE, exit=6)


def test_a_whole_store_that_was_lost(stage):
    """The state directory is gone: a new store takes the backup in."""
    stage.login("smith-law")
    file, _ = back_up(stage)
    stage.daemon.stop()
    shutil.rmtree(stage.daemon.state_dir)
    stage.daemon.start()
    assert stage.clioctl.json("list")["accounts"] == []
    assert restore(stage.clioctl, file)[0] == {"smith-law": "restored"}
    stage.clioctl("refresh", "smith-law")


@pytest.mark.parametrize("options", [(), ("--move",)])
def test_what_the_agent_could_not_restore_is_no_backup(tmp_path, options):
    key = "A" * 43
    record = {"kind": "account", "name": "smith-law", "generation": 1, "sealed": "AAAA"}
    answers = {
        "POST /v1/backups": answer(201, {"id": "0" * 16, "key": key, "recovery_key": "K"}),
        "POST /v1/backups/records": answer(200, {"records": [record], "left_out": [], "end": "AAAA"}),
        "POST /v1/restores/records": answer(200, {"records": [
            {"kind": "account", "name": "smith-law", "result": "failed", "detail": "cannot be opened"}]}),
    }
    with FakeAgent(tmp_path, answers) as agent:
        done = Clioctl(tmp_path, agent.path)("backup", "firm.backup", "--recovery-key", *options, exit=1)
        assert "could not be restored: account smith-law: cannot be opened" in done.stderr
        [checked] = agent.asked("POST /v1/restores/records")
        assert json.loads(checked) == {"key": key, "check_only": True, "records": [record]}
        assert not any("move" in line for line, _ in agent.requests), "it was given away all the same"
    assert not list(tmp_path.glob("firm.backup*"))


def test_it_is_told_in_the_log(stage):
    stage.login("smith-law")
    _, made = back_up(stage)
    assert f"a backup was made backup={made['id']} records=1" in stage.daemon.log()
