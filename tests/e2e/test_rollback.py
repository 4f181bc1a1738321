# SPDX-License-Identifier: Apache-2.0
"""A store, or a row of it, that was put back from an older copy: what the real cliod makes of it."""

import contextlib
import json
import shutil
import sqlite3

import pytest
from support.programs import until

PLATFORM = ("--product", "platform", "--expires-in", "3600")  # whose refresh tokens work once


def copy_of(stage):
    """Only the store, as copied by a backup tool that does not know cliod. The daemon is not running."""
    copy = stage.daemon.home / "copy.db"
    for journal in ("-wal", "-shm"):
        assert not stage.daemon.state_dir.joinpath(f"store.db{journal}").exists(), "it was not closed"
    return shutil.copy2(stage.daemon.state_dir / "store.db", copy)


@contextlib.contextmanager
def stopped(stage):
    stage.daemon.stop()
    yield
    stage.daemon.start()


def put_back(stage, copy):
    shutil.copy2(copy, stage.daemon.state_dir / "store.db")


def accounts(stage):
    return {account["name"]: account for account in stage.clioctl.json("list")["accounts"]}


def state(stage, name):
    account = accounts(stage)[name]
    return account["state"], account["generation"]


def findings(stage):
    return [line for line in stage.daemon.log().splitlines() if "the store is not as it was left" in line]


def rows(store, query, *values):
    with contextlib.closing(sqlite3.connect(store)) as db, db:
        return db.execute(query, values).fetchall()


def refresh(stage, name):
    stage.clioctl("refresh", name)
    stage.note_tokens()


def test_nothing_is_said_while_all_is_as_it_was(make_stage):
    with make_stage(*PLATFORM) as stage:
        for name in ("smith-law", "jones-law"):
            stage.login(name)
            refresh(stage, name)
        stage.clioctl("logout", "jones-law")
        stage.daemon.restart()
        stage.daemon.kill()
        stage.daemon.start()
        assert findings(stage) == [] and state(stage, "smith-law") == ("ready", 2)


def test_a_store_that_was_put_back_spends_no_token_twice(make_stage):
    with make_stage(*PLATFORM) as stage:
        for name in ("smith-law", "jones-law"):
            stage.login(name)
        with stopped(stage):
            copy = copy_of(stage)
        refresh(stage, "smith-law")
        refresh(stage, "smith-law")
        asked = stage.clio.stats()["requests"]["token"]
        with stopped(stage):
            put_back(stage, copy)

        assert state(stage, "jones-law") == ("ready", 1), "its copy is the newest there is"
        assert state(stage, "smith-law") == ("login_required", 4)
        reason = accounts(stage)["smith-law"]["reason"]
        assert "generation 1 is stored, and 3 was seen" in reason and "--revive smith-law" in reason
        assert any("account smith-law" in line for line in findings(stage))
        stage.clioctl("refresh", "smith-law", exit=3)
        assert stage.clio.stats()["requests"]["token"] == asked
        stage.clioctl("token", "smith-law")  # it lives

        told = len(findings(stage))
        stage.daemon.restart()
        assert state(stage, "smith-law") == ("login_required", 4) and len(findings(stage)) == told, "it is told once"
        stage.login("smith-law")
        assert state(stage, "smith-law") == ("ready", 5)


def test_the_hook_is_told_of_accounts_that_wait_for_a_person(make_stage, tmp_path):
    told = tmp_path / "told"
    hook = ["/bin/sh", "-c", 'echo "$CLIO_ACCOUNT $CLIO_APP $CLIO_REASON" >>"$0"', str(told)]
    with make_stage(*PLATFORM, hooks={"on_login_required": hook}) as stage:
        stage.login("smith-law")
        with stopped(stage):
            copy = copy_of(stage)
        refresh(stage, "smith-law")
        with stopped(stage):
            put_back(stage, copy)
        until(lambda: told.exists() and told.read_text(), "the hook did not run")
        assert told.read_text().startswith("smith-law firm generation 1 is stored, and 2 was seen")


def test_a_reusable_grant_goes_on(stage):
    stage.login("smith-law")
    with stopped(stage):
        copy = copy_of(stage)
    refresh(stage, "smith-law")
    with stopped(stage):
        put_back(stage, copy)
    assert state(stage, "smith-law") == ("ready", 3) and findings(stage)
    refresh(stage, "smith-law")
    stage.daemon.restart()
    assert state(stage, "smith-law") == ("ready", 4)


def test_what_was_logged_out_does_not_come_back_by_itself(stage):
    for name in ("smith-law", "jones-law"):
        stage.login(name)
    with stopped(stage):
        copy = copy_of(stage)
    stage.clioctl("logout", "--local", "smith-law")
    stage.login("young-law")
    with stopped(stage):
        put_back(stage, copy)
    assert state(stage, "smith-law")[0] == "login_required"
    assert "logged out since" in accounts(stage)["smith-law"]["reason"]
    assert state(stage, "jones-law") == ("ready", 1)
    text = "\n".join(findings(stage))
    assert "the store was put back: revision" in text
    assert "account young-law: is not stored, and generation 1 was seen" in text
    stage.daemon.restart()
    assert "\n".join(findings(stage)) == text


def copy_while_it_runs(stage):
    """The same of a daemon that runs; nothing is written meanwhile."""
    copy = stage.daemon.home / "copy-of-running.db"
    for journal in ("", "-wal"):
        shutil.copy2(stage.daemon.state_dir / f"store.db{journal}", f"{copy}{journal}")
    rows(copy, "PRAGMA wal_checkpoint(TRUNCATE)")
    return copy


def test_it_is_noticed_a_second_time(stage):
    """What changes once a store was put back counts on from there."""
    stage.login("smith-law")
    with stopped(stage):
        copy = copy_of(stage)
    stage.login("jones-law")
    with stopped(stage):
        put_back(stage, copy)
    told = len(findings(stage))
    assert told > 0 and accounts(stage).keys() == {"smith-law"}
    copy = copy_while_it_runs(stage)
    stage.clioctl("logout", "--local", "smith-law")
    with stopped(stage):
        put_back(stage, copy)
    assert len(findings(stage)) > told
    assert state(stage, "smith-law")[0] == "login_required"
    assert "logged out since" in accounts(stage)["smith-law"]["reason"]


def test_one_row_that_was_put_back(make_stage):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        store = stage.daemon.state_dir / "store.db"
        with stopped(stage):
            [row] = rows(store, "SELECT generation, sealed FROM record WHERE name = 'smith-law'")
        refresh(stage, "smith-law")
        with stopped(stage):
            rows(store, "UPDATE record SET generation = ?, sealed = ? WHERE name = 'smith-law'", *row)
        assert state(stage, "smith-law") == ("login_required", 3)


def test_a_revision_that_was_made_up(stage):
    """The number alone can be written by anybody; its seal cannot."""
    stage.login("smith-law")
    with stopped(stage):
        copy = copy_of(stage)
    stage.clioctl("logout", "--local", "smith-law")
    with stopped(stage):
        [(generation,)] = rows(stage.daemon.state_dir / "store.db", "SELECT generation FROM record WHERE name = 'store'")
        rows(copy, "UPDATE record SET generation = ? WHERE name = 'store'", generation)
        put_back(stage, copy)
    assert state(stage, "smith-law")[0] == "login_required"


def test_a_removed_key_slot_that_came_back_is_told(stage, in_play):
    in_play.add("correct horse battery staple")
    stage.clioctl("key", "add", "passphrase", stdin="correct horse battery staple")
    slots = stage.clioctl.json("key", "list")["slots"]
    with stopped(stage):
        copy = copy_of(stage)
    stage.clioctl("key", "remove", str(next(slot["id"] for slot in slots if slot["kind"] == "passphrase")))
    with stopped(stage):
        put_back(stage, copy)
    assert any("the store was put back: revision" in line for line in findings(stage))


def test_it_is_noticed_when_it_is_unlocked(make_stage, in_play):
    passphrase = "correct horse battery staple"
    in_play.add(passphrase)
    with make_stage(*PLATFORM) as stage:
        stage.clioctl("key", "add", "passphrase", stdin=passphrase)
        stage.login("smith-law")
        with stopped(stage):
            copy = copy_of(stage)
        refresh(stage, "smith-law")
        stage.daemon.stop()
        put_back(stage, copy)
        key = stage.daemon.state_dir / "key"
        key.rename(stage.daemon.home / "key")
        stage.daemon.start()
        stage.clioctl("unlock", stdin=passphrase)
        assert state(stage, "smith-law") == ("login_required", 3)


def test_a_rotated_data_key_seals_the_revision(stage):
    stage.login("smith-law")
    stage.clioctl("key", "rotate", "--wait")
    stage.daemon.restart()
    assert findings(stage) == []
    stage.clioctl("key", "rotate", "--wait")
    stage.login("jones-law")
    stage.daemon.restart()
    assert findings(stage) == [] and state(stage, "jones-law") == ("ready", 1)


def test_a_disk_that_takes_no_changes_lets_no_older_store_start(make_stage):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        with stopped(stage):
            copy = copy_of(stage)
        refresh(stage, "smith-law")
        stage.daemon.stop()
        put_back(stage, copy)
        command = stage.daemon.command
        stage.daemon.command = lambda *options: ["prlimit", "--fsize=1000", *command(*options)]
        assert "store" in stage.daemon.refuses_to_start()
        stage.daemon.command = command
        stage.daemon.start()
        assert state(stage, "smith-law") == ("login_required", 3)


def test_a_witness_elsewhere(make_stage, tmp_path):
    """It describes the whole state directory."""
    witness = tmp_path / "elsewhere.db"
    with make_stage(*PLATFORM, witness=str(witness)) as stage:
        stage.login("smith-law")
        with stopped(stage):
            copy = shutil.copytree(stage.daemon.state_dir, tmp_path / "copy")
        refresh(stage, "smith-law")
        assert not (stage.daemon.state_dir / "seen.db").exists()
        with stopped(stage):
            shutil.rmtree(stage.daemon.state_dir)
            shutil.copytree(copy, stage.daemon.state_dir)
        assert state(stage, "smith-law") == ("login_required", 3)


@pytest.mark.parametrize("what", ["text", "folder", "open to others", "no such folder"])
def test_a_witness_that_cannot_be_one_stops_the_start(make_daemon, tmp_path, what):
    witness = tmp_path / ("none/seen.db" if what == "no such folder" else "seen.db")
    if what == "folder":
        witness.mkdir()
    elif what != "no such folder":
        witness.write_text("hello, I am somebody's notes. " * 50)
        witness.chmod(0o600 if what == "text" else 0o644)
    before = witness.read_bytes() if witness.is_file() else None
    daemon = make_daemon(json.dumps({"witness": str(witness)}))
    said = daemon.refuses_to_start()
    assert f"witness: {witness}" in said
    assert before is None or witness.read_bytes() == before


def test_a_relative_witness_is_refused(make_daemon):
    daemon = make_daemon('{\n  "witness": "seen.db"\n}')
    assert "line 2, column" in (said := daemon.refuses_to_start("--check-config")) and "absolute path" in said
