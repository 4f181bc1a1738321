# SPDX-License-Identifier: Apache-2.0
"""A daemon that a person has unlocked, over a restart: open where the unit and the configuration allow it."""

import json

import pytest
from support.programs import until

PASSPHRASE = "correct horse battery staple"
LOCKED = 6


@pytest.fixture
def with_a_passphrase(system, in_play):
    """No key opens the store automatically: its file is in root's home."""
    in_play.add(PASSPHRASE)
    system.machine.run("clioctl key add passphrase", stdin=PASSPHRASE + "\n")
    system.machine.run("mv /var/lib/cliod/key ~/key")
    system.configure(system.config | {"lock": {"open_over_restart": True}})
    yield system
    system.machine.run("mv ~/key /var/lib/cliod/key")


def unlock(system):
    system.restart()
    system.machine.run("clioctl token smith-law", exit=LOCKED)
    assert system.status() == "locked"
    system.machine.run("clioctl unlock", stdin=PASSPHRASE + "\n")


def test_it_stays_open_where_that_is_allowed(with_a_passphrase):
    system = with_a_passphrase
    system.drop_in("[Service]\nFileDescriptorStoreMax=1\n")
    unlock(system)
    before = system.token()
    for _ in range(2):
        system.restart()
        assert system.token() == before
    system.machine.run("clioctl lock")
    until(lambda: system.machine.show("cliod.service", "NFileDescriptorStore") == "0", "the store to be empty")
    system.restart()
    system.machine.run("clioctl token smith-law", exit=LOCKED)


def test_without_the_store_it_is_locked(with_a_passphrase):
    system = with_a_passphrase
    unlock(system)
    assert system.clio.accepts(system.token())
    system.restart()
    system.machine.run("clioctl token smith-law", exit=LOCKED)
    assert json.loads(system.machine.run("clioctl status --json").stdout)["locked"]
