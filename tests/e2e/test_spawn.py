# SPDX-License-Identifier: Apache-2.0
"""cliod --spawn, in the manner of ssh-agent, and cliod as the first process of a container."""

import os
import shlex
import signal
import subprocess
from pathlib import Path

import pytest
from support.programs import CLIOCTL, PATIENCE, runs, until

as_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to look into the daemon")


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.fixture
def spawn(make_daemon):
    """Runs `cliod --spawn` with further arguments to its end; ends the daemons that it leaves."""
    daemon = make_daemon()
    left = []

    def run(*arguments, **options):
        done = subprocess.run(
            daemon.command("--spawn", *arguments), env=daemon.environment, cwd=daemon.home, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False, **options,
        )
        if "CLIO_AGENT_PID=" in done.stdout:
            left.append(int(done.stdout.split("CLIO_AGENT_PID=")[1].split(";")[0]))
            done.agent = left[-1]
        return done

    run.daemon = daemon
    yield run
    for pid in left:
        if runs(pid):
            os.kill(pid, signal.SIGKILL)


def test_leaves_a_daemon_that_serves(spawn):
    done = spawn()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"export CLIO_AGENT_SOCK='{spawn.daemon.socket}';\n"
        f"export CLIO_AGENT_PID={done.agent};\n"
    )
    assert spawn.daemon.agent.get("/v1/status").status == 200
    os.kill(done.agent, signal.SIGTERM)
    until(lambda: not runs(done.agent), "it does not end")
    assert not spawn.daemon.socket.exists()
    log = spawn.daemon.state_dir / "cliod.log"
    assert log.stat().st_mode & 0o777 == 0o600
    assert "serving" in log.read_text() and "stopped" in log.read_text()


def test_a_shell_evaluates_it(spawn):
    script = f'eval "$({shlex.join(map(str, spawn.daemon.command("--spawn")))})" && {CLIOCTL} status && kill $CLIO_AGENT_PID'
    done = subprocess.run(["sh", "-c", script], env=spawn.daemon.environment, cwd=spawn.daemon.home,
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    until(lambda: not spawn.daemon.socket.exists(), "it does not end")


def test_a_path_that_a_shell_would_take_apart(spawn):
    spawn.daemon.socket = spawn.daemon.home / "run/it's $HOME.sock"
    done = spawn()
    said = subprocess.run(["sh", "-c", done.stdout + 'printf %s "$CLIO_AGENT_SOCK"'], capture_output=True, text=True, check=True)
    assert said.stdout == str(spawn.daemon.socket)


def test_paths_from_where_the_caller_is(spawn):
    spawn.daemon.socket = Path("run/near.sock")
    spawn.daemon.state_dir = Path("state/near")
    done = spawn()
    assert f"'{spawn.daemon.home}/run/near.sock'" in done.stdout
    assert (spawn.daemon.home / "state/near/cliod.log").exists()


@as_root
def test_keeps_nothing_of_the_caller(spawn):
    with open(spawn.daemon.home / "open", "wb") as file:
        done = spawn(pass_fds=[file.fileno()])
    process = Path(f"/proc/{done.agent}")
    assert os.getsid(done.agent) == done.agent != os.getsid(0)
    assert os.readlink(process / "cwd") == "/"
    files = {fd.name: os.readlink(fd) for fd in (process / "fd").iterdir()}
    assert files["0"] == files["1"] == "/dev/null"
    assert files["2"] == str(spawn.daemon.state_dir / "cliod.log")
    assert str(spawn.daemon.home / "open") not in files.values()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_a_caller_that_has_closed_its_standard_files(spawn, closed):
    told = spawn.daemon.home / "told"
    script = f'exec "$@" {closed}' if ">&-" in closed else f'exec "$@" {closed} >"{told}"'
    done = subprocess.run(["sh", "-c", script, "sh", *spawn.daemon.command("--spawn")],
                          env=spawn.daemon.environment, timeout=PATIENCE, check=False)
    if ">&-" in closed:
        assert done.returncode == 1
        until(lambda: not spawn.daemon.socket.exists(), "it goes on, and nobody knows of it")
        return
    assert done.returncode == 0
    agent = int(told.read_text().split("CLIO_AGENT_PID=")[1].split(";")[0])
    try:
        files = {fd.name: os.readlink(fd) for fd in Path(f"/proc/{agent}/fd").iterdir()}
        assert files["0"] == files["1"] == "/dev/null"
        assert files["2"] == str(spawn.daemon.state_dir / "cliod.log")
    finally:
        os.kill(agent, signal.SIGKILL)


def test_a_daemon_in_the_foreground_with_closed_standard_files(spawn):
    script = 'exec "$@" <&- >&- 2>&-'
    daemon = subprocess.Popen(["sh", "-c", script, "sh", *spawn.daemon.command("--log-level", "debug")],
                              env=spawn.daemon.environment)
    try:
        until(spawn.daemon.socket.exists, "it does not serve")
        assert spawn.daemon.agent.get("/v1/status").status == 200
        assert {os.readlink(f"/proc/{daemon.pid}/fd/{fd}") for fd in (0, 1, 2)} == {"/dev/null"}
        assert (spawn.daemon.state_dir / "lock").read_bytes() == b""
    finally:
        daemon.terminate()
        daemon.wait(PATIENCE)


def test_says_why_it_does_not_start(spawn):
    spawn.daemon.configure('{"nonsense": 1}')
    done = spawn()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"cliod: {spawn.daemon.config_file}: line 1, column 2: ")
    assert done.stderr.count("\n") == 1


def test_again_is_the_one_that_runs(spawn):
    first = spawn()
    again = spawn()
    assert (again.returncode, again.stdout, again.stderr) == (0, first.stdout, "")
    beside = spawn("--", "sh", "-c", "echo $CLIO_AGENT_PID; exit 7")
    assert (beside.returncode, beside.stdout) == (7, f"{first.agent}\n")
    assert runs(first.agent), "the command did not start it, so does not end it"
    assert spawn("--", "nonexistent-program").returncode == 127


def test_two_at_once_are_one(spawn):
    command = spawn.daemon.command("--spawn")
    both = [subprocess.Popen(command, env=spawn.daemon.environment, cwd=spawn.daemon.home, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = {process.communicate(timeout=PATIENCE)[0] for process in both}
    assert len(told) == 1 and {process.returncode for process in both} == {0}
    assert spawn().stdout in told


def test_kill(spawn):
    first = spawn()
    ended = subprocess.run(spawn.daemon.command("--kill"), env=spawn.daemon.environment, capture_output=True, text=True,
                           timeout=PATIENCE, check=True)
    for shell, evaluates in [("sh", 'eval "$1"'), ("bash", 'eval "$1"'), ("fish", "eval $argv[2]")]:
        shown = subprocess.run([shell, "-c", f"{evaluates}; env", shell, ended.stdout], capture_output=True, text=True, check=True,
                               env={"PATH": os.environ["PATH"], "CLIO_AGENT_SOCK": "/gone", "CLIO_AGENT_PID": "1"})
        assert "CLIO_AGENT" not in shown.stdout.replace(ended.stdout, "") and not shown.stderr, shell
    assert not runs(first.agent) and not spawn.daemon.socket.exists()
    ended = subprocess.run(spawn.daemon.command("--kill"), env=spawn.daemon.environment, capture_output=True, text=True,
                           timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stdout) == (1, "") and "no agent runs" in ended.stderr


def test_a_start_waits_for_the_one_that_is_ending(spawn):
    for _ in range(5):
        first = spawn()
        os.kill(first.agent, signal.SIGTERM)
        second = spawn()
        assert (second.returncode, second.stderr) == (0, "") and second.agent != first.agent
        os.kill(second.agent, signal.SIGTERM)
        spawn.daemon.start(wait=False)
        until(lambda: not runs(second.agent), "it does not end")
        until(spawn.daemon.socket.exists, "the next one does not start")
        spawn.daemon.stop()


@pytest.mark.parametrize("mask", ["0000", "0177", "0777"])
def test_an_odd_umask(spawn, mask):
    done = subprocess.run(["sh", "-c", f'umask {mask}; exec "$@"', "sh", *spawn.daemon.command("--spawn")],
                          env=spawn.daemon.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    agent = int(done.stdout.split("CLIO_AGENT_PID=")[1].split(";")[0])
    try:
        assert spawn.daemon.agent.get("/v1/status").status == 200
        for file in (spawn.daemon.state_dir, *spawn.daemon.state_dir.iterdir()):
            assert file.stat().st_mode & 0o077 == 0, file
    finally:
        os.kill(agent, signal.SIGTERM)
        until(lambda: not runs(agent), "it does not end")


def test_a_second_one_on_the_same_socket(spawn):
    spawn()
    spawn.daemon.state_dir = spawn.daemon.home / "state/second"
    done = spawn()
    assert (done.returncode, done.stdout) == (1, "")
    assert "already running" in done.stderr
    # Its log has the reason too.
    assert "already running" in (spawn.daemon.state_dir / "cliod.log").read_text()


def test_nobody_to_tell(spawn):
    done = subprocess.run(["sh", "-c", 'exec "$@" >/dev/full', "sh", *spawn.daemon.command("--spawn")],
                          env=spawn.daemon.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "standard output" in done.stderr
    until(lambda: not spawn.daemon.socket.exists(), "it goes on, and nobody knows of it")


def test_not_beside_a_socket_of_the_service_manager(spawn):
    script = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3</dev/null'
    done = subprocess.run(["sh", "-c", script, "sh", *spawn.daemon.command("--spawn")],
                          env=spawn.daemon.environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "systemd" in done.stderr
    assert not spawn.daemon.socket.exists()


# --- with a command


def test_a_command_has_the_variables_and_its_own_standard_files(spawn):
    done = spawn("--", "sh", "-c", f'echo "$CLIO_AGENT_SOCK"; {CLIOCTL} status >&2')
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{spawn.daemon.socket}\n"
    assert "accounts" in done.stderr
    assert not spawn.daemon.socket.exists(), "the daemon ends before cliod does"


@pytest.mark.parametrize(("command", "status"), [
    (["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -TERM $$"], 128 + 15),
    (["sh", "-c", "kill -KILL $$"], 128 + 9), (["./nonexistent"], 127), (["/"], 126),
])
def test_the_exit_status_is_the_command_s(spawn, command, status):
    done = spawn("--", *command)
    assert done.returncode == status, done.stderr
    assert not spawn.daemon.socket.exists()


def test_a_command_is_not_run_without_a_daemon(spawn):
    spawn.daemon.configure("nonsense")
    assert spawn("--", "touch", "ran").returncode == 1
    assert not (spawn.daemon.home / "ran").exists()


def test_a_signal_before_the_command_keeps_it_from_being_run(spawn):
    def signalled():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        os.kill(os.getpid(), signal.SIGTERM)

    assert spawn("--", "touch", "ran", preexec_fn=signalled).returncode == 128 + signal.SIGTERM
    assert not (spawn.daemon.home / "ran").exists()
    assert not spawn.daemon.socket.exists()


class Beside:
    """`cliod --spawn -- sh -c SCRIPT`, once the script has said that it is ready."""

    def __init__(self, daemon, script, before=()):
        self.process = subprocess.Popen(
            [*before, *daemon.command("--spawn", "--", "sh", "-c", script)], env=daemon.environment, cwd=daemon.home,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def ends(self):
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "USR1"])
def test_signals_are_passed_on(make_daemon, name):
    daemon = make_daemon()
    beside = Beside(daemon, f'trap "echo got it; exit 5" {name}; echo ready; while :; do sleep 0.05; done')
    beside.process.send_signal(getattr(signal, f"SIG{name}"))
    assert beside.ends()[:2] == (5, "got it\n")
    assert not daemon.socket.exists()


def test_a_daemon_that_is_killed_does_not_end_the_command(make_daemon):
    taken_in = 'while kill -0 "$CLIO_AGENT_PID"; do sleep 0.01; done 2>/dev/null'
    beside = Beside(make_daemon(), f'echo ready; kill -9 "$CLIO_AGENT_PID"; {taken_in}; exit 3')
    status, _, error = beside.ends()
    assert (status, error) == (3, "cliod: the agent ended before the command\n")


def test_the_daemon_ends_when_its_caller_is_killed(make_daemon):
    daemon = make_daemon()
    beside = Beside(daemon, "echo ready; exec sleep 600")
    command = int(children_of(beside.process.pid)[-1])
    beside.process.kill()
    until(lambda: not daemon.socket.exists(), "it goes on")
    os.kill(command, signal.SIGKILL)
    beside.ends()


# --- as the first process


def first_process(outside):
    """The process that is number 1 for the children of unshare(1)."""
    return int(children_of(outside.pid)[0])


NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc"]
own_namespace = pytest.mark.skipif(
    subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode != 0,
    reason="cannot make a PID namespace here")


def orphan_in(pid):
    """Leaves a process behind for number 1 of the namespace to take in, and it has ended already."""
    script = "(sh -c 'echo $PPID; exec true' &)"
    subprocess.run(["nsenter", "--target", str(pid), "--pid", "--mount", "sh", "-c", script], check=True, timeout=PATIENCE)


@own_namespace
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_as_the_first_process_it_ends_by_signal(make_daemon, name):
    daemon = make_daemon()
    command = daemon.command
    daemon.command = lambda *options: [*NAMESPACE, *command(*options)]
    daemon.start()
    cliod = first_process(daemon.process)
    orphan_in(cliod)
    until(lambda: not children_of(cliod), "orphans are not taken in")
    os.kill(cliod, getattr(signal, name))
    assert daemon.process.wait(PATIENCE) == 0
    daemon.process = None
    assert not daemon.socket.exists()


@own_namespace
def test_as_the_first_process_it_takes_in_orphans_beside_a_command(make_daemon):
    daemon = make_daemon()
    script = 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'
    beside = Beside(daemon, script, before=NAMESPACE)
    cliod = first_process(beside.process)
    orphan_in(cliod)
    until(lambda: len(children_of(cliod)) == 2, "orphans are not taken in")
    os.kill(cliod, signal.SIGTERM)
    assert beside.ends()[0] == 5
    assert not daemon.socket.exists()
