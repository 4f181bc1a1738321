# SPDX-License-Identifier: Apache-2.0
"""A new configuration for a running daemon: applied completely, or not at all."""

import json

import pytest
from support.programs import until
from system import CONFIG

BROKEN = '{\n"apps": nonsense }'


def apps(system):
    return {app["name"] for app in json.loads(system.machine.run("clioctl app list --json").stdout)["apps"]}


@pytest.fixture
def another(system):
    """A configuration with one app more."""
    return {"apps": {**system.config["apps"], "branch": system.config["apps"]["firm"]}}


def test_a_good_one(system, another):
    before, pid = system.token(), system.main_pid()
    assert apps(system) == {"firm"}
    system.configure(another)
    system.machine.run("systemctl reload cliod.service")
    until(lambda: apps(system) == {"firm", "branch"}, "the new app")
    assert (system.token(), system.main_pid()) == (before, pid)
    until(lambda: system.machine.show("cliod.service", "ActiveState") == "active", "the end of the reload")


def test_a_broken_one_fails_the_reload(system):
    before, pid, start = system.token(), system.main_pid(), system.machine.journal_end()
    system.configure(BROKEN)
    system.machine.run("systemctl reload cliod.service", exit=1)
    logged = [entry["MESSAGE"] for entry in system.machine.journal("--unit=cliod.service", after=start)]
    assert any(f"{CONFIG}: line 2, column" in message for message in logged), logged
    assert (system.token(), system.main_pid(), apps(system)) == (before, pid, {"firm"})
    assert system.machine.show("cliod.service", "ActiveState") == "active"


def test_a_broken_one_by_the_signal_alone(system, another):
    before, pid = system.token(), system.main_pid()
    system.configure(BROKEN)
    system.machine.run("systemctl kill --signal=HUP cliod.service")
    until(lambda: "line 2, column" in system.status(), "a status that says why")
    until(lambda: system.machine.show("cliod.service", "ActiveState") == "active", "the end of the reload")
    assert (system.token(), system.main_pid(), apps(system)) == (before, pid, {"firm"})
    system.configure(another)
    system.machine.run("systemctl kill --signal=HUP cliod.service")
    until(lambda: apps(system) == {"firm", "branch"}, "the new app")
    until(lambda: "line 2" not in system.status(), "a status without the complaint")
