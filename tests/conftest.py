# SPDX-License-Identifier: Apache-2.0
import signal

import pytest
from support.contract import Contract
from support.daemon import Daemon
from support.in_play import InPlay
from support.programs import CLIOCTL, CLIOD, SANDBOX
from support.service_manager import ServiceManager
from support.stage import Stage


def pytest_sessionstart():
    # What nohup(1) and the "&" of a script have ignored, programs under test would ignore too. What is handled here is
    # at its default again in them.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    for program in (CLIOD, CLIOCTL, SANDBOX):
        if not program.exists():
            pytest.exit(f"{program} is not built: make build", returncode=1)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    # What takes longest begins first: the booted machine. What looks back at its other tests ends it.
    items.sort(key=lambda item: (_group(item) != "systemd", item.path.name == "test_systemd_journal.py"))


def _group(item):
    """Tests that one process runs: those of one file, and all those that share the booted machine."""
    return "systemd" if item.path.parent.name == "systemd" else item.path.name


@pytest.fixture(scope="session")
def contract():
    contract = Contract()
    yield contract
    contract.leave()


@pytest.fixture(scope="session")
def in_play():
    in_play = InPlay()
    yield in_play
    in_play.leave()


@pytest.fixture
def make_daemon(tmp_path, contract, in_play):
    """Makes a Daemon, not yet started; ends it with the test."""
    made = []

    def make(config=None, name="daemon"):
        made.append(Daemon(tmp_path / name, config, contract, in_play))
        return made[-1]

    yield make
    for daemon in made:
        daemon.kill()


@pytest.fixture
def manager(tmp_path):
    with ServiceManager(str(tmp_path / "notify.sock")) as manager:
        yield manager


@pytest.fixture
def make_stage(tmp_path, contract, in_play):
    """Makes a Stage, its daemon not yet started: for `with`."""
    return lambda *options, name="stage", **named: Stage(tmp_path / name, contract, in_play, *options, **named)


@pytest.fixture
def stage(make_stage):
    """A daemon that runs, with an app for a Clio whose tokens live an hour."""
    with make_stage("--expires-in", "3600") as stage:
        yield stage
