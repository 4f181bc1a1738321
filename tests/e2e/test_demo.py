# SPDX-License-Identifier: Apache-2.0
"""`make demo`, in its short form."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from support.programs import BUILD, SANITIZED, SOURCE


@pytest.fixture
def folder():
    """One whose path is short enough for a socket in a folder of the demo's own."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@pytest.fixture
def demo(folder):
    process = subprocess.Popen(
        [SOURCE / "tests/demo/demo", "--quick", BUILD], env=os.environ | {"TMPDIR": str(folder)}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    yield process
    process.kill()
    process.communicate()


def started_by(demo):
    """The processes of its session that run, itself left out."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            head, _, tail = (process / "stat").read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            continue
        state, _, _, session = tail.split()[:4]
        if int(session) == demo.pid != int(process.name) and state != "Z":
            found.append(head)
    return found


def test_all_holds_and_nothing_is_left(demo, folder):
    shown, _ = demo.communicate(timeout=180 if SANITIZED else 60)
    assert demo.returncode == 0, shown
    assert "calls, 0 failed. 2 refreshes, each before its token expired" in shown
    assert (started_by(demo), list(folder.iterdir())) == ([], [])


def test_nothing_is_left_of_one_that_was_interrupted(demo, folder):
    next(line for line in demo.stdout if "store" in line)  # of `clioctl status`
    assert len(started_by(demo)) >= 2
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=30)
    assert demo.returncode == 130
    assert (started_by(demo), list(folder.iterdir())) == ([], [])
