# SPDX-License-Identifier: Apache-2.0
"""Credentials that do not fit: the daemon does not start, and the journal says what to do."""

import pytest

from support.programs import until

ENCRYPT = "systemd-creds encrypt --name=cliod-key - /etc/credstore.encrypted/cliod-key"


@pytest.fixture
def key_in_credential(system):
    """The configuration wants a credential, which the test makes; the key file is in root's home."""
    system.machine.run("mkdir --parents --mode=0700 /etc/credstore.encrypted && mv /var/lib/cliod/key ~/key")
    system.configure(system.config | {"key": {"credential": "cliod-key"}})
    yield system
    system.machine.run("mv ~/key /var/lib/cliod/key")


def messages(entries):
    return [entry["MESSAGE"] for entry in entries]


def fails_to_start(system):
    """Starts it, in vain; returns what was logged."""
    before = system.machine.journal_end()
    system.machine.run("systemctl restart cliod.service", exit=1)
    logged = system.machine.journal("--unit=cliod.service", after=before)
    system.machine.run("systemctl stop cliod.service")
    return messages(logged)


def recovers(system):
    """With the right key it continues as if nothing had happened."""
    system.machine.run(f"cat ~/key | {ENCRYPT} && systemctl restart cliod.service")
    assert system.clio.accepts(system.token())


def test_a_key_that_is_another(key_in_credential):
    system = key_in_credential
    system.machine.run(f"printf '%064d' 0 | {ENCRYPT}")
    assert any("put the right key back" in message for message in fails_to_start(system))
    recovers(system)


def test_a_key_that_is_none(key_in_credential):
    system = key_in_credential
    system.machine.run(f"echo word | {ENCRYPT}")
    logged = fails_to_start(system)
    assert any("expected 64 hexadecimal digits" in message for message in logged), logged
    recovers(system)


def test_a_credential_that_cannot_be_decrypted(key_in_credential):
    system = key_in_credential
    system.machine.run(f"cat ~/key | {ENCRYPT} && sed -i 's/[a-m]/x/g' /etc/credstore.encrypted/cliod-key")
    logged = fails_to_start(system)
    assert any("make it again with systemd-creds(1)" in message for message in logged), logged
    recovers(system)


def test_a_credential_that_is_missing(key_in_credential):
    system = key_in_credential
    logged = fails_to_start(system)
    assert any("cliod-key" in message and "No such file" in message for message in logged), logged
    recovers(system)


def test_callers_are_told_in_the_end(key_in_credential):
    """Systemd gives up, and the next caller learns that there is no agent; once it is repaired everything works again."""
    system = key_in_credential
    machine = system.machine
    system.drop_in("[Unit]\nStartLimitBurst=5\n[Service]\nRestartSec=10ms\n")
    machine.run("systemctl stop cliod.service")
    machine.run("clioctl token smith-law", exit=4)
    until(lambda: machine.show("cliod.socket", "Result") == "service-start-limit-hit", "the end of all tries")
    machine.run("clioctl token smith-law", exit=4)
    machine.run(f"cat ~/key | {ENCRYPT}")
    machine.run("systemctl reset-failed cliod.service cliod.socket && systemctl start cliod.socket")
    assert system.clio.accepts(system.token())
