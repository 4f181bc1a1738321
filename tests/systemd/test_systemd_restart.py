# SPDX-License-Identifier: Apache-2.0
"""What callers notice of the end of a daemon: nothing, they only wait."""

import pytest
from callers import Callers
from support.programs import until


def test_no_call_fails_over_twenty_restarts(system):
    machine = system.machine
    with Callers(machine, clioctl=40, curl=10) as callers:
        for _ in range(20):
            before = system.main_pid()
            system.restart()
            assert system.main_pid() != before
            callers.wait_until_all_are_served()
            assert callers.failures() == ""
    assert callers.failures() == ""
    assert len(callers.tokens()) == 50 and min(callers.tokens()) >= 20, callers.tokens()


@pytest.mark.parametrize("signal", ["KILL", "ABRT"])
def test_a_daemon_that_dies_is_started_again_and_callers_wait(system, signal):
    machine, clio = system.machine, system.clio
    with Callers(machine, clioctl=10) as callers:
        before = system.main_pid()
        # Answers are owed to all of them: the token was refused, and its refresh hangs.
        clio.control("faults", {"fault": "token:hang:1"})
        system.report_refused()
        until(lambda: clio.control("faults")["faults"] == [], "a running refresh")
        machine.run(f"systemctl kill --signal={signal} cliod.service")
        until(lambda: system.main_pid() not in ("0", before), "a new daemon")
        callers.wait_until_all_are_served()
    assert callers.failures() == ""
    clio.note_tokens()
    assert clio.accepts(system.token())
    assert machine.show("cliod.service", "NRestarts") == "1"


def test_a_daemon_that_hangs_is_started_again_and_callers_wait(system):
    assert system.machine.show("cliod.service", "WatchdogUSec") != "0"
    system.drop_in("[Service]\nWatchdogSec=4\n")
    system.restart()
    with Callers(system.machine, clioctl=10) as callers:
        before = system.main_pid()
        system.machine.run("systemctl kill --signal=STOP cliod.service")
        until(lambda: system.main_pid() not in ("0", before), "a new daemon")
        callers.wait_until_all_are_served()
    assert callers.failures() == ""
    assert system.machine.show("cliod.service", "NRestarts") == "1"
    assert system.clio.accepts(system.token())


def test_a_daemon_that_answers_its_watchdog_is_left_alone(system):
    system.drop_in("[Service]\nWatchdogSec=6\n")
    system.restart()
    before = system.main_pid()

    def fed():
        return system.machine.show("cliod.service", "WatchdogTimestampMonotonic")

    for _ in range(3):
        last = fed()
        until(lambda: fed() != last, "word for the watchdog")
    assert system.main_pid() == before
