# SPDX-License-Identifier: Apache-2.0
"""An agent that locks itself when nobody uses it, after the shortest time that a configuration may give."""

import signal
import time

from support.programs import PATIENCE, until
from test_keys import PASSPHRASE

AFTER = 10  # seconds


def locked(daemon):
    return daemon.agent.get("/v1/status").json["locked"]


def test_it_locks_itself_when_nobody_uses_it(make_daemon, in_play):
    """Once it was unlocked, once it was reloaded, and not while it is used."""
    in_play.add(PASSPHRASE)
    config = {"key": {"passphrase": True}, "lock": {"after_idle": AFTER}}
    names = ("unlocked", "reloaded", "used")
    daemons = {name: make_daemon(config, name=name).start() for name in names}
    for daemon in daemons.values():
        assert daemon.agent.post("/v1/keys", {"kind": "passphrase", "passphrase": PASSPHRASE}).status == 201
    daemons["reloaded"].process.send_signal(signal.SIGHUP)
    until(lambda: "configuration reloaded" in daemons["reloaded"].log(), "it does not reload")

    begun = time.monotonic()
    waiting = {"unlocked", "reloaded"}
    while waiting:
        assert time.monotonic() < begun + AFTER + PATIENCE, f"they never lock: {waiting}"
        assert daemons["used"].agent.get("/v1/accounts").status == 200
        waiting = {name for name in waiting if not locked(daemons[name])}
        time.sleep(0.2)
    assert time.monotonic() > begun + AFTER - 1
    for name in ("unlocked", "reloaded"):
        assert "locked itself" in daemons[name].log()
    assert not locked(daemons["used"])
