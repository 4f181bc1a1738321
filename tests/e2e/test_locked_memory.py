# SPDX-License-Identifier: Apache-2.0
"""Programs that may not lock memory: cliod says so and does not start, unless allowed by an option; clioctl warns."""

import os

import pytest
from support.programs import CLIOCTL, SANITIZED

pytestmark = pytest.mark.skipif(SANITIZED, reason="sanitizers lock no memory: mlock() does nothing under them")
# Root may lock any amount, unless it drops that capability.
UNLOCKED = [*(["setpriv", "--bounding-set", "-ipc_lock"] if os.geteuid() == 0 else []), "prlimit", "--memlock=0"]


@pytest.fixture
def unlocked(stage):
    """A stage whose daemon was stopped, and will be started without the right to lock memory."""
    stage.login("smith-law")
    stage.daemon.stop()
    command = stage.daemon.command
    stage.daemon.command = lambda *options: [*UNLOCKED, *command(*options)]
    return stage


def test_cliod_does_not_start(unlocked):
    said = unlocked.daemon.refuses_to_start()
    assert "memory: cannot be locked" in said and "--allow-unlocked-memory" in said and "ulimit -l" in said


def test_cliod_starts_when_it_was_told_to(unlocked):
    unlocked.daemon.start("--allow-unlocked-memory")
    unlocked.agent.token("smith-law")


def test_the_limit_that_the_unit_sets_is_enough(stage):
    stage.login("smith-law")
    stage.daemon.stop()
    command = stage.daemon.command
    stage.daemon.command = lambda *options: [*UNLOCKED[:-1], f"--memlock={8 << 20}", *command(*options)]
    stage.daemon.start()
    stage.agent.token("smith-law")


def test_clioctl_warns_and_goes_on(stage):
    stage.login("smith-law")
    done = stage.clioctl.run([*UNLOCKED, CLIOCTL, "token", "smith-law"])
    assert done.stdout == stage.clioctl("token", "smith-law").stdout
    assert done.stderr == "clioctl: warning: memory cannot be locked, and secrets could be written to swap space\n"
