# SPDX-License-Identifier: Apache-2.0
import pytest
from clio import Clio
from container import CannotBoot, Container
from system import MEMBER, STRANGER, System
from tree import bare_tree, skip_unless_possible


@pytest.fixture(scope="session")
def machine():
    """A booted Debian 12 with this build installed, one user who is in the group clio, and one who is not."""
    skip_unless_possible()
    container = Container(bare_tree())
    try:
        container.__enter__()
    except CannotBoot as reason:
        pytest.skip(f"systemd-nspawn cannot boot here: {reason}")
    try:
        container.run(f"useradd --create-home --groups clio {MEMBER}; useradd --create-home {STRANGER}")
        yield container
    finally:
        container.stop()


@pytest.fixture(scope="session")
def clio(machine, in_play):
    with Clio(machine, in_play) as clio:
        yield clio


@pytest.fixture(scope="session")
def set_up(machine, clio):
    return System(machine, clio)


@pytest.fixture
def system(set_up):
    set_up.begin_anew()
    return set_up
