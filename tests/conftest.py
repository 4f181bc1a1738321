# SPDX-License-Identifier: Apache-2.0
import signal
from pathlib import Path

import pytest
from support.contract import Contract
from support.daemon import Daemon
from support.in_play import InPlay
from support.programs import CLIOCTL, CLIOD, SANDBOX
from support.service_manager import ServiceManager
from support.stage import Stage

LAST = ["test_systemd_journal.py", "test_whole_run.py"]  # look back at what the other tests did


def pytest_sessionstart():
    # What nohup(1) and the "&" of a script have ignored, programs under test would ignore too. What is handled here is
    # at its default again in them.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    for program in (CLIOD, CLIOCTL, SANDBOX):
        if not program.exists():
            pytest.exit(f"{program} is not built: make build", returncode=1)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LAST.index(item.path.name) + 1 if item.path.name in LAST else 0)


@pytest.fixture(scope="session")
def contract():
    return Contract()


@pytest.fixture(scope="session")
def in_play():
    return InPlay()


@pytest.fixture
def whole_run(request):
    """Skips a test that needs all the others to have run."""
    options = request.config
    if options.option.keyword or any(Path(argument.split("::")[0]).is_file() for argument in options.args):
        pytest.skip("only some of the tests ran")


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
