# SPDX-License-Identifier: Apache-2.0
"""Looks back at all that was logged and stored in the container. Runs after its other tests."""

from pathlib import Path

from callers import FOLDER


def test_no_secret_was_logged_or_left_open(machine, clio, in_play, tmp_path):
    clio.note_tokens()
    journal = tmp_path / "journal"
    journal.write_text(machine.run("journalctl --sync; journalctl --all --output=export").stdout)
    text = journal.read_text()
    assert "serving socket=/run/cliod/agent.sock" in text
    assert len(in_play) > 3
    in_play.watch(journal)
    # Not watched for the rest of the run: the client's secret is there, in a separate file.
    stored = [machine.root / place for place in ("var/lib/cliod", "etc", "home", FOLDER.lstrip("/"))]
    leaks = [f"{secret} in {file}" for file, secret in in_play.leaks(journal, *stored) if file.name != "firm.secret"]
    assert not leaks
