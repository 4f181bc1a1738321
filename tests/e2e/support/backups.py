# SPDX-License-Identifier: Apache-2.0
"""Backups that a stage makes, and other agents that restore them."""

import pytest

from .clioctl import Clioctl

PASSPHRASE = "correct horse battery staple"
WRONG = "correct horse battery stable"
PLATFORM = ("--product", "platform", "--expires-in", "3600")  # whose refresh tokens work once


@pytest.fixture(autouse=True)
def passphrases(in_play):
    in_play.add(PASSPHRASE, WRONG)


@pytest.fixture
def make_target(make_daemon):
    """Starts another agent with the app of a stage, and returns it with its clioctl."""

    def make(stage, name="target", with_app=True):
        daemon = make_daemon(stage.config if with_app else None, name).start()
        return daemon, Clioctl(daemon.home, daemon.socket)

    return make


def back_up(stage, *options, name="firm.backup", clioctl=None, **how):
    """Makes a backup, and returns its file and what clioctl said of it."""
    file = stage.daemon.home / name
    return file, (clioctl or stage.clioctl).json("backup", str(file), *options, **({"stdin": PASSPHRASE} | how))


def restore(clioctl, file, exit=0, stdin=PASSPHRASE):
    """{name: result} and {name: detail}."""
    records = clioctl.json("restore", str(file), stdin=stdin, exit=exit)["records"]
    return ({record["name"]: record["result"] for record in records},
            {record["name"]: record["detail"] for record in records})


def back_up_and_restore(agent, passphrase=None):
    """By the protocol, as clioctl does it; returns what the agent said at the beginning, and of each record."""
    begun = agent.post("/v1/backups", {"passphrase": passphrase} if passphrase else {}).json
    page = agent.post("/v1/backups/records", {"key": begun["key"], "copied": 0}).json
    opened = {"records": len(page["records"]), "end": page["end"]}
    opened |= {"passphrase": passphrase, "kdf": begun["kdf"]} if passphrase else {"recovery_key": begun["recovery_key"]}
    assert agent.post("/v1/restores", opened).json == {"id": begun["id"], "key": begun["key"]}
    restored = agent.post("/v1/restores/records", {"key": begun["key"], "records": page["records"]})
    return begun, restored.json["records"]


def account(clioctl, name="smith-law"):
    return clioctl.json("show", name)


def asked_for_tokens(stage):
    return stage.clio.stats()["requests"]["token"]
