# SPDX-License-Identifier: Apache-2.0
"""hooks.on_login_required: a program is run when an account starts to need a login."""

import os
import subprocess

import pytest
from support.programs import SOURCE, runs, until
from test_lock_races import together

EXAMPLE = SOURCE / "etc/notify-login-required"


def program(folder, name, script):
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def hooked(make_stage, tmp_path):
    """Makes a stage with a hook that does what `script` says."""

    def make(script, *arguments):
        stage = make_stage("--expires-in", "3600")
        hook = [program(tmp_path, "hook", script), *arguments]
        stage.daemon.configure(stage.config | {"hooks": {"on_login_required": hook}})
        return stage

    return make


def lose(stage, account):
    stage.login(account)
    stage.clio.revoke_all()
    stage.agent.post(f"/v1/accounts/{account}/refresh")
    assert stage.agent.account(account)["state"] == "login_required"


def test_it_is_told_what_is_public(hooked, tmp_path):
    with hooked('cd "$1" && env >all && mv all environment', str(tmp_path)) as stage:
        stage.daemon.environment["DISPLAY"] = ":7"
        stage.daemon.environment["SSH_AUTH_SOCK"] = "/not/for/hooks"
        stage.daemon.restart()
        lose(stage, "smith-law")
        file = tmp_path / "environment"
        until(file.exists, "the hook is not run")
        environment = dict(line.split("=", 1) for line in file.read_text().splitlines())
        assert environment.pop("CLIO_REASON") == stage.agent.account("smith-law")["reason"]
        assert environment == {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(stage.daemon.home),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": stage.daemon.environment["XDG_RUNTIME_DIR"],
            "DISPLAY": ":7",
            "CLIO_EVENT": "login_required",
            "CLIO_ACCOUNT": "smith-law",
            "CLIO_ACCOUNTS": "smith-law",
            "CLIO_COUNT": "1",
            "CLIO_APP": "firm",
            "CLIO_NEXT_STEP": "clioctl login smith-law",
            "CLIO_AGENT_SOCK": str(stage.daemon.socket),
            "PWD": str(tmp_path),
            "OLDPWD": str(stage.daemon.home),
        }
        stage.in_play.watch(file)


def test_it_is_not_run_again_when_the_daemon_starts(hooked, tmp_path):
    with hooked('echo "$CLIO_ACCOUNT" >>"$1"', str(tmp_path / "ran")) as stage:
        lose(stage, "smith-law")
        until(lambda: (tmp_path / "ran").exists() and (tmp_path / "ran").read_text(), "the hook is not run")
        stage.daemon.restart()
        lose(stage, "jones-law")
        until(lambda: "jones-law" in (tmp_path / "ran").read_text(), "the hook is not run")
        assert (tmp_path / "ran").read_text() == "smith-law\njones-law\n"


def hook_lines(stage, file, events):
    script = program(stage.daemon.home, "told", f'echo "$CLIO_EVENT $CLIO_COUNT $CLIO_ACCOUNTS; $CLIO_NEXT_STEP" >>"{file}"')
    stage.daemon.configure(stage.config | {"hooks": {f"on_{event}": [script] for event in events}})
    stage.daemon.reload()
    return lambda: file.read_text().splitlines() if file.exists() else []


def test_each_trouble_is_told_once_and_its_end(stage, tmp_path):
    told = hook_lines(stage, tmp_path / "told", ["needs_attention", "recovered"])
    stage.login("smith-law")
    stage.clio.fault("token:401:1000")
    for _ in range(3):
        stage.agent.post("/v1/accounts/smith-law/refresh")
    until(lambda: told() == ["needs_attention 1 smith-law; clioctl app check firm"], "the hook is not run")
    stage.clio.clear_faults()
    stage.daemon.reload()
    until(lambda: told()[1:] == ["recovered 1 smith-law; "], "the hook is not run")


def test_what_happens_to_many_is_told_in_one_run(make_stage, tmp_path):
    with make_stage("--expires-in", "3600", refresh={"max_per_second": 1000}) as stage:
        told_in_one_run(stage, tmp_path)


def told_in_one_run(stage, tmp_path):
    names = [f"firm-{n}" for n in range(6)]
    for name in names:
        stage.login(name)
    told = hook_lines(stage, tmp_path / "told", ["login_required"])
    stage.clio.revoke_all()
    together(*[lambda name=name: stage.agent.post(f"/v1/accounts/{name}/refresh") for name in names])
    until(lambda: told() == [f"login_required 6 {' '.join(names)}; clioctl list"], "not told in one run")


def test_one_that_hangs_holds_nothing_up(hooked, tmp_path):
    with hooked('echo $$ >"$1"; exec sleep 600', str(tmp_path / "pid")) as stage:
        lose(stage, "smith-law")
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), "the hook is not run")
        stage.login("jones-law")
        assert stage.agent.token("jones-law")["generation"] == 1
        hook = int((tmp_path / "pid").read_text())
        stage.daemon.stop()
        until(lambda: not runs(hook), "it outlives the daemon")


def test_one_that_fails_is_logged(hooked):
    with hooked("echo no desktop here >&2; exit 4") as stage:
        lose(stage, "smith-law")
        until(lambda: "hook failed" in stage.daemon.log(), "it is not logged")
        assert "exit status 4" in stage.daemon.log() and "\nno desktop here\n" in stage.daemon.log()


def test_the_example_shows_text_and_no_markup(tmp_path):
    program(tmp_path, "notify-send", 'printf "%s\n" "$@"')
    done = subprocess.run([EXAMPLE], capture_output=True, text=True, check=True, env={
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "CLIO_ACCOUNT": "smith-law", "CLIO_REASON": "<b>R&D</b>",
        "CLIO_NEXT_STEP": "clioctl login smith-law"})
    assert done.stdout.endswith(
        "--\nClio: log in to smith-law again\n&lt;b&gt;R&amp;D&lt;/b&gt;\nclioctl login smith-law\n")
