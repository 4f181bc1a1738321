# SPDX-License-Identifier: Apache-2.0
"""What version 0.1.0 left: its store, its configuration and its backups go on."""

import json
import shutil
import stat
from pathlib import Path

import pytest
from support.clioctl import Clioctl

LEFT = Path(__file__).parents[1] / "adapters/stores/0.1.0"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def config(tmp_path):
    """The configuration of 0.1.0, but for the place of the secret."""
    config = json.loads((LEFT / "cliod.json").read_text())
    secret = tmp_path / "client-secret"
    secret.touch(mode=0o600)
    secret.write_text("the secret of an app that is not asked")
    config["apps"]["firm"]["client_secret"]["file"] = str(secret)
    return config


def test_its_store_and_configuration(make_daemon, config):
    daemon = make_daemon(config)
    daemon.state_dir.mkdir(mode=0o700)
    for name in ("store.db", "key"):
        shutil.copy(LEFT / name, daemon.state_dir / name)
        (daemon.state_dir / name).chmod(0o600)
    before = (daemon.state_dir / "store.db").read_bytes()
    daemon.start()
    for _ in range(2):
        accounts = daemon.agent.get("/v1/accounts").json["accounts"]
        assert [(one["name"], one["state"], one["generation"]) for one in accounts] == [
            ("jones-law", "ready", 1), ("smith-law", "ready", 2)]
        assert all(daemon.agent.token(one["name"])["access_token"] for one in accounts)
        assert [app["name"] for app in daemon.agent.get("/v1/apps").json["apps"]] == ["added", "firm"]
        slots = daemon.agent.post("/v1/keys/test", {"passphrase": PASSPHRASE}).json["slots"]
        assert [slot["opens"] for slot in slots if slot["kind"] == "passphrase"] == [True]
        kept = daemon.state_dir / "store.db.format-1"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert daemon.log().count("the store was brought to a newer format") == 1
        daemon.restart()
    daemon.stop()
    # The way back: what was kept is a store of the old format.
    assert int.from_bytes(kept.read_bytes()[60:64], "big") == int.from_bytes(before[60:64], "big") == 1


def test_its_backup(make_daemon, config):
    daemon = make_daemon(config).start()
    clioctl = Clioctl(daemon.home, daemon.socket)
    records = clioctl.json("restore", str(LEFT / "firm.backup"), stdin=PASSPHRASE)["records"]
    assert {record["name"]: record["result"] for record in records} == {
        "added": "restored", "jones-law": "restored", "smith-law": "restored"}
    assert daemon.agent.token("smith-law")["generation"] == 2
