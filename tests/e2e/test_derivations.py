# SPDX-License-Identifier: Apache-2.0
"""What a passphrase may cost, and who waits for it."""

import json
import signal
import time

import pytest
from support.backups import PASSPHRASE, passphrases
from support.programs import PATIENCE, until

SALT = "AAAAAAAAAAAAAAAAAAAAAA"
FOR_AN_HOUR = {"operations": 9000, "memory": 256 << 20, "salt": SALT}


def planted(home, kdf):
    """A backup that nobody made; only its head is read before the passphrase is tried."""
    file = home / "planted.backup"
    head = {"clio_agent_backup": 1, "id": "0" * 16, "made_at": 1, "kdf": kdf}
    file.write_text(json.dumps(head) + "\n" + json.dumps({"records": 0, "end": "A" * 60}) + "\n")
    return file


@pytest.mark.parametrize("kdf", [
    {"operations": 10000, "memory": 4 << 30, "salt": SALT}, {"operations": 4, "memory": 256 << 20, "salt": SALT},
    {"operations": 3, "memory": (256 << 20) + 1, "salt": SALT},
], ids=str)
def test_a_planted_backup_is_refused_at_once(stage, kdf):
    began = time.monotonic()
    refused = stage.clioctl("restore", str(planted(stage.daemon.home, kdf)), stdin=PASSPHRASE, exit=2)
    assert "exhaust this machine" in refused.stderr and time.monotonic() - began < 5


def test_who_insists_waits_alone(stage):
    stage.clioctl("key", "add", "passphrase", stdin=PASSPHRASE)
    file = planted(stage.daemon.home, FOR_AN_HOUR)
    insisting = stage.clioctl.begin("restore", str(file), "--accept-cost")
    insisting.stdin.write(PASSPHRASE + "\n")
    insisting.stdin.flush()
    until(lambda: stage.daemon.memory() > 200 * 1024, "it is not being tried")
    assert stage.agent.get("/v1/status").status == 200

    began = time.monotonic()
    stage.daemon.process.send_signal(signal.SIGTERM)
    assert stage.daemon.process.wait(PATIENCE) == 0
    assert time.monotonic() - began < 4
    stage.daemon.process = None
    _, said = insisting.communicate(timeout=PATIENCE)
    assert insisting.returncode == 75 and "stopping" in said, said
    stage.daemon.start()
