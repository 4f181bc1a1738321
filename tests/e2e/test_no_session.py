# SPDX-License-Identifier: Apache-2.0
"""Users without a login session: cron, su, sudo, ssh without PAM, containers. They have no XDG_RUNTIME_DIR, or that of
somebody else."""

import os
import shutil
import subprocess
import textwrap

import pytest
from support.other_user import ANOTHER_USER
from support.programs import CLIOCTL, CLIOD, PATIENCE, SANITIZED

OWN = f"/run/user/{ANOTHER_USER}/cliod/agent.sock"
# In mounts of its own: a /run in which the user has a runtime directory, and root another.
SETTING = f"""
set -eu
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/user
install -d -m 700 -o {ANOTHER_USER} -g {ANOTHER_USER} /run/user/{ANOTHER_USER} "$HOME"
install -d -m 700 /run/user/0
as_user() {{
    setpriv --reuid={ANOTHER_USER} --regid={ANOTHER_USER} --clear-groups env -i HOME="$HOME" PATH="$PATH" "$@"
}}
begin_agent() {{
    as_user "$@" cliod >"$HOME/log" 2>&1 &
    agent=$!
    trap 'kill $agent' EXIT
    until grep -q serving "$HOME/log"; do kill -0 $agent; sleep 0.05; done
}}
"""


@pytest.fixture
def run(tmp_path):
    """Runs a shell script in that setting, and returns what it printed."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    if SANITIZED:
        pytest.skip("the reports of sanitizers are root's")
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("mounts of its own are not allowed here")
    tmp_path.chmod(0o755)
    environment = {"HOME": "/run/home", "PATH": f"{CLIOD.parent}:{CLIOCTL.parent}:/usr/sbin:/usr/bin:/sbin:/bin"}

    def run(script):
        done = subprocess.run(["unshare", "--mount", "bash", "-c", SETTING + textwrap.dedent(script)], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE + 40, check=False)
        assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
        return done.stdout

    return run


@pytest.mark.parametrize("environment", ["", "XDG_RUNTIME_DIR=", "XDG_RUNTIME_DIR=relative", "XDG_RUNTIME_DIR=/run/user/0"],
                         ids=["cron", "empty", "relative", "su"])
def test_the_agent_of_a_session_is_found(run, environment):
    shown = run(f"""
        begin_agent XDG_RUNTIME_DIR=/run/user/{ANOTHER_USER}
        as_user {environment} clioctl status
        as_user {environment} clioctl env
    """)
    assert f"socket       {OWN}\n" in shown and f"export CLIO_AGENT_SOCK='{OWN}';\n" in shown


@pytest.mark.parametrize("environment", ["", "XDG_RUNTIME_DIR=/run/user/0"], ids=["cron", "su"])
def test_an_agent_is_started_where_it_is_looked_for(run, environment):
    shown = run(f"""
        begin_agent {environment}
        as_user {environment} clioctl env
        as_user XDG_RUNTIME_DIR=/run/user/{ANOTHER_USER} clioctl env
    """)
    assert shown == f"export CLIO_AGENT_SOCK='{OWN}';\n" * 2


def test_no_agent_at_all(run):
    said = run("as_user clioctl status 2>&1 || echo exit $?")
    assert said == (f"clioctl: no_agent: nobody listens at {OWN} or /run/cliod/agent.sock; start the agent with "
                    "'eval \"$(cliod --spawn)\"', or name its socket in CLIO_AGENT_SOCK\nexit 4\n")
    # As it says.
    shown = run("""as_user bash -c 'eval "$(cliod --spawn)" && unset CLIO_AGENT_SOCK && clioctl env; cliod --kill >/dev/null'""")
    assert shown == f"export CLIO_AGENT_SOCK='{OWN}';\n"


def test_a_user_without_a_runtime_directory(run):
    said = run(f"rmdir /run/user/{ANOTHER_USER}; as_user cliod 2>&1 || echo exit $?")
    assert (f"socket: XDG_RUNTIME_DIR is not set, and there is no /run/user/{ANOTHER_USER}; choose a place with "
            "--socket PATH\nexit 1\n") in said
    shown = run(f"""
        rmdir /run/user/{ANOTHER_USER}
        as_user bash -c 'eval "$(cliod --spawn --socket ~/clio.sock)" && clioctl status && cliod --kill --socket ~/clio.sock'
    """)
    assert "socket       /run/home/clio.sock\n" in shown


def test_who_is_not_in_the_group(run):
    said = run(f"""
        echo "reader:x:{ANOTHER_USER}:{ANOTHER_USER}::/:/bin/sh" >>/run/passwd
        cat /etc/passwd >>/run/passwd && mount --bind /run/passwd /etc/passwd
        echo clio:x:64400: >/run/group && cat /etc/group >>/run/group && mount --bind /run/group /etc/group
        cliod --socket /run/cliod/agent.sock --state-dir /run/home/state >/run/log 2>&1 &
        trap "kill $!" EXIT
        until grep -q serving /run/log; do kill -0 $!; sleep 0.05; done
        chmod 755 /run/cliod && chgrp clio /run/cliod/agent.sock && chmod 660 /run/cliod/agent.sock
        as_user clioctl status 2>&1 || echo exit $?
        echo clio:x:64400:reader >/run/new && sed 1d /run/group >>/run/new && cat /run/new >/run/group
        as_user clioctl status 2>&1 || echo exit $?
    """).splitlines()
    assert said[0].endswith("this user may not connect to it; let root put you into its group: usermod --append --groups "
                            "clio reader, then log out and in again")
    assert said[2].endswith("this user may not connect to it; log out and in again: this session began before you were in "
                            "the group clio")
    assert said[1] == said[3] == "exit 5"
