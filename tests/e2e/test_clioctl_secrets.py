# SPDX-License-Identifier: Apache-2.0
"""Where clioctl takes passphrases and recovery keys from, and what it makes of answers about keys; played against
answers made for it. (With the real daemon: test_clioctl_keys.py.)"""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess

import pytest
from support.clioctl import Clioctl
from support.fake_agent import FakeAgent, answer, problem
from support.programs import CLIOCTL, until
from support.terminal import Terminal

PASSPHRASE = "correct horse battery staple"
UNLOCK = {"POST /v1/unlock": answer(204)}
ADDED = {"POST /v1/keys": answer(201, {"id": 7})}
RECOVERY_KEY = "A1B2C-D3E4F-G5H6J-K7L8M"
SLOTS = [
    {"id": 1, "kind": "file", "source": "/k", "made_at": 1700000000},
    {"id": 12, "kind": "passphrase", "source": "", "made_at": 1700000000, "kdf": {"operations": 3, "memory": 268435456}},
]


@pytest.fixture
def play(tmp_path):
    with contextlib.ExitStack() as stack:
        def begin(answers):
            agent = stack.enter_context(FakeAgent(tmp_path, answers))
            return agent, Clioctl(tmp_path, agent.path)

        yield begin


def sent(agent, line):
    """The JSON of the only request of this kind."""
    [body] = agent.asked(line)
    return json.loads(body)


def test_unlock_from_standard_input(play):
    agent, clioctl = play(UNLOCK)
    assert clioctl("unlock", stdin=PASSPHRASE + "\nrest\n").stdout == "Unlocked\n"
    assert sent(agent, "POST /v1/unlock") == {"passphrase": PASSPHRASE}


def test_unlock_with_the_recovery_key(play):
    agent, clioctl = play(UNLOCK)
    assert clioctl("unlock", "--recovery-key", "--json", stdin=RECOVERY_KEY + "\n").stdout == ""
    assert sent(agent, "POST /v1/unlock") == {"recovery_key": RECOVERY_KEY}


def test_unlock_at_a_prompt_without_echo(play):
    agent, clioctl = play(UNLOCK)
    terminal = Terminal(clioctl, "unlock")
    terminal.expect("Passphrase: ")
    assert not terminal.echoes()
    terminal.type(PASSPHRASE + "\n")
    assert terminal.end() == 0
    assert PASSPHRASE not in terminal.shown and "Unlocked" in terminal.shown
    assert sent(agent, "POST /v1/unlock") == {"passphrase": PASSPHRASE}


def test_ctrl_c_at_the_prompt(play):
    agent, clioctl = play(UNLOCK)
    terminal = Terminal(clioctl, "unlock", "--recovery-key")
    terminal.expect("Recovery key: ")
    terminal.type("A1B2\x03")
    until(terminal.echoes, "the terminal does not echo again")
    assert terminal.end() == -signal.SIGINT
    assert "A1B2" not in terminal.shown and not agent.requests


def test_a_wrong_passphrase(play):
    _, clioctl = play({"POST /v1/unlock": problem(403, "forbidden", "it opens no key slot")})
    done = clioctl("unlock", stdin=PASSPHRASE, exit=5)
    assert (done.stdout, done.stderr) == ("", "clioctl: forbidden: it opens no key slot\n")


def asker(tmp_path, script):
    """A folder for $PATH with a systemd-ask-password of our own, which leaves its arguments in `asked`."""
    program = tmp_path / "bin/systemd-ask-password"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/asked\n{script}\n')
    program.chmod(0o755)
    return f"{program.parent}:/usr/bin:/bin"


def test_systemd_asks(play, tmp_path):
    agent, clioctl = play(UNLOCK)
    path = asker(tmp_path, f"echo '{PASSPHRASE}'")
    assert clioctl("unlock", "--ask-password", PATH=path).stdout == "Unlocked\n"
    assert sent(agent, "POST /v1/unlock") == {"passphrase": PASSPHRASE}
    assert (tmp_path / "asked").read_text().splitlines() == ["--echo=no", "Passphrase:"]


@pytest.mark.parametrize("script", ["exit 1", "echo half; exit 1", "kill -9 $$"])
def test_systemd_gets_no_answer(play, tmp_path, script):
    agent, clioctl = play(UNLOCK)
    done = clioctl("unlock", "--ask-password", PATH=asker(tmp_path, script), exit=1)
    assert "systemd-ask-password got no answer" in done.stderr and not agent.requests


def test_systemd_is_not_there(play, tmp_path):
    _, clioctl = play(UNLOCK)
    assert "systemd-ask-password: No such file" in clioctl("unlock", "--ask-password", PATH=str(tmp_path), exit=2).stderr


@pytest.mark.skipif(not shutil.which("systemd-ask-password"), reason="systemd-ask-password is not installed")
def test_the_real_systemd_asks_on_the_terminal(play):
    agent, clioctl = play(UNLOCK)
    terminal = Terminal(clioctl, "unlock", "--ask-password")
    terminal.expect("Passphrase:")
    until(lambda: not terminal.echoes(), "the terminal still echoes")
    terminal.type(PASSPHRASE + "\n")
    assert terminal.end() == 0
    assert PASSPHRASE not in terminal.shown
    assert sent(agent, "POST /v1/unlock") == {"passphrase": PASSPHRASE}


def test_a_new_passphrase_is_asked_for_twice(play):
    agent, clioctl = play(ADDED)
    terminal = Terminal(clioctl, "key", "add", "passphrase", "--calibrate", "1500")
    for prompt in ("New passphrase: ", "New passphrase again: "):
        terminal.expect(prompt)
        assert not terminal.echoes()
        terminal.type(PASSPHRASE + "\n")
    assert terminal.end() == 0
    assert PASSPHRASE not in terminal.shown and "Added key slot 7" in terminal.shown
    assert sent(agent, "POST /v1/keys") == {"kind": "passphrase", "passphrase": PASSPHRASE, "calibrate": 1500}


@pytest.mark.parametrize("typed, said", [([PASSPHRASE, "correct horse"], "the two entries do not match"),
                                         ([""], "the secret is empty")], ids=["two different", "empty"])
def test_a_new_passphrase_that_will_not_do(play, typed, said):
    agent, clioctl = play(ADDED)
    terminal = Terminal(clioctl, "key", "add", "passphrase")
    for prompt, text in zip(("New passphrase: ", "New passphrase again: "), typed):
        terminal.expect(prompt)
        terminal.type(text + "\n")
    assert terminal.end() == 2
    assert said in terminal.shown and not agent.requests


WEAK = {"short": ("hunter2", "has fewer than 8 characters"), "few": ("aaaabbbb", "has fewer than 4 different characters"),
        "run": ("12345678", "is a run of neighbours, as 12345678"), "known": ("password1", "is one of the first that are tried")}


@pytest.mark.parametrize("weak, said", WEAK.values(), ids=WEAK)
def test_a_weak_passphrase_is_asked_for_again(play, weak, said):
    agent, clioctl = play(ADDED)
    terminal = Terminal(clioctl, "key", "add", "passphrase")
    again = f"the passphrase {said}; choose another. (--accept-weak lets you insist.)\r\nNew passphrase: "
    for prompt, text in (("New passphrase: ", weak), (again, PASSPHRASE), ("New passphrase again: ", PASSPHRASE)):
        terminal.expect(prompt)
        terminal.type(text + "\n")
    assert terminal.end() == 0
    assert sent(agent, "POST /v1/keys") == {"kind": "passphrase", "passphrase": PASSPHRASE}


@pytest.mark.parametrize("weak, said", WEAK.values(), ids=WEAK)
def test_a_weak_passphrase_of_a_script_is_refused_unless_it_insists(play, tmp_path, weak, said):
    agent, clioctl = play(ADDED)
    for command in (["key", "add", "passphrase"], ["backup", str(tmp_path / "b")]):
        refused = clioctl(*command, stdin=weak, exit=2).stderr
        assert f"the passphrase {said}" in refused and refused.endswith("insist with --accept-weak\n")
    assert not agent.requests and not (tmp_path / "b").exists()
    clioctl("key", "add", "passphrase", "--accept-weak", stdin=weak)
    assert sent(agent, "POST /v1/keys") == {"kind": "passphrase", "passphrase": weak}


def test_a_new_passphrase_from_standard_input_stands_once(play):
    agent, clioctl = play(ADDED)
    assert clioctl("key", "add", "passphrase", "--stdin", stdin=PASSPHRASE).stdout == "Added key slot 7\n"
    assert sent(agent, "POST /v1/keys") == {"kind": "passphrase", "passphrase": PASSPHRASE}


@pytest.mark.parametrize("words, body", [
    (["file", "/var/lib/k"], {"kind": "file", "file": "/var/lib/k"}),
    (["file", "k"], {"kind": "file", "file": "{home}/k"}),
    (["credential", "cliod-key"], {"kind": "credential", "credential": "cliod-key"}),
])
def test_key_add(play, words, body):
    agent, clioctl = play(ADDED)
    assert clioctl.json("key", "add", *words) == {"id": 7}
    assert sent(agent, "POST /v1/keys") == {name: text.format(home=clioctl.home) for name, text in body.items()}


def test_the_recovery_key_stands_alone_on_standard_output(play):
    agent, clioctl = play({"POST /v1/keys": answer(201, {"id": 7, "recovery_key": RECOVERY_KEY})})
    done = clioctl("key", "add", "recovery")
    assert done.stdout == RECOVERY_KEY + "\n"
    assert "Write it down" in done.stderr and RECOVERY_KEY not in done.stderr
    assert sent(agent, "POST /v1/keys") == {"kind": "recovery"}
    with open(clioctl.home / "key", "w", encoding="ascii") as file:
        os.chmod(file.fileno(), 0o644)
        done = subprocess.run([CLIOCTL, "key", "add", "recovery"], env=clioctl.environment, stdout=file,
                              stderr=subprocess.PIPE, text=True, check=True)
    assert "warning: every user can read the file that the recovery key is written to" in done.stderr


def test_key_list(play):
    _, clioctl = play({"GET /v1/keys": [answer(200, {"slots": SLOTS, "rotating": True}),
                                        answer(200, {"slots": [], "rotating": False})]})
    done = clioctl("key", "list")
    heading, file, passphrase = done.stdout.splitlines()
    assert heading.split() == ["ID", "KIND", "MADE", "DETAILS"]
    assert file.startswith("1   file        ") and file.endswith("/k")
    assert passphrase.startswith("12  passphrase  ") and passphrase.endswith("Argon2id, 3 passes, 256 MiB")
    assert "are still being re-encrypted" in done.stderr
    done = clioctl("key", "list")
    assert done.stdout == "" and "clioctl key add passphrase" in done.stderr


def test_key_remove(play):
    agent, clioctl = play({"DELETE /v1/keys/12": answer(204), "DELETE /v1/keys/1": problem(409, "conflict", "the last one")})
    assert clioctl("key", "remove", "12").stdout == "Removed key slot 12\n"
    assert "the last one" in clioctl("key", "remove", "1", exit=1).stderr


def rotation():
    rotating = [answer(200, {"slots": SLOTS, "rotating": True, "records": 40, "records_left": left}) for left in (40, 10)]
    rotating.append(answer(200, {"slots": SLOTS, "rotating": False}))
    return {"POST /v1/keys/rotate": answer(202), "GET /v1/keys": rotating}


def test_key_rotate(play):
    agent, clioctl = play(rotation())
    assert "are being re-encrypted" in clioctl("key", "rotate").stdout
    assert not agent.asked("GET /v1/keys")


def test_key_rotate_waits(play):
    agent, clioctl = play(rotation())
    done = clioctl("key", "rotate", "--wait")
    assert done.stdout == "All records are re-encrypted with a new data key\n" and done.stderr == ""
    assert len(agent.asked("GET /v1/keys")) == 3


def test_key_rotate_shows_on_a_terminal_that_it_goes_on(play):
    _, clioctl = play(rotation())
    terminal = Terminal(clioctl, "key", "rotate", "--wait")
    assert terminal.end() == 0
    assert "[                    ] 0 of 40 records re-encrypted" in terminal.shown
    assert "[===============     ] 30 of 40 records re-encrypted" in terminal.shown
    assert terminal.shown.endswith("\r\x1b[KAll records are re-encrypted with a new data key\r\n")


TESTED = [{"id": 1, "kind": "file", "opens": True, "detail": ""}, {"id": 12, "kind": "passphrase", "opens": None, "detail": ""}]


def test_key_test(play):
    agent, clioctl = play({"POST /v1/keys/test": answer(200, {"slots": TESTED})})
    assert "not tried" in clioctl("key", "test").stdout
    assert sent(agent, "POST /v1/keys/test") == {}
    assert clioctl.json("key", "test", "--passphrase", "--recovery-key", stdin=f"{PASSPHRASE}\n{RECOVERY_KEY}\n") == {"slots": TESTED}
    assert json.loads(agent.asked("POST /v1/keys/test")[1]) == {"passphrase": PASSPHRASE, "recovery_key": RECOVERY_KEY}


def test_key_test_of_one_that_does_not_open(play):
    failed = {"id": 2, "kind": "credential", "opens": False, "detail": "it is not there"}
    _, clioctl = play({"POST /v1/keys/test": answer(200, {"slots": [*TESTED, failed]})})
    assert "2   credential  no         it is not there\n" in clioctl("key", "test", exit=1).stdout
    assert clioctl.json("key", "test", exit=1)["slots"][2] == failed


def test_lock(play):
    agent, clioctl = play({"POST /v1/lock": [answer(204), problem(409, "conflict", "nothing could unlock it")]})
    assert clioctl("lock").stdout == "Locked\n"
    assert "nothing could unlock it" in clioctl("lock", exit=1).stderr
    assert len(agent.asked("POST /v1/lock")) == 2


STATUS = {"version": "1", "pid": 1, "uptime": 1, "locked": True, "accounts": 0, "login_required": 0, "stale": 0,
          "refreshing": 0, "queued": 0, "next_refresh": None, "store_error": "", "connections": 1}


def test_status_of_a_locked_agent(play):
    _, clioctl = play({"GET /v1/status": [answer(200, STATUS), answer(200, STATUS | {"locked": False})]})
    shown = clioctl("status").stdout
    assert "clioctl unlock" in shown and "accounts" not in shown
    shown = clioctl("status").stdout
    assert "unlock" not in shown and "accounts" in shown


def dumps_core(command, environment, is_up):
    """Whether the kernel writes a core dump of it."""
    def allow():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    with subprocess.Popen(command, env=environment, cwd=environment["HOME"], stdin=subprocess.PIPE, preexec_fn=allow) as process:
        until(is_up, "it does not begin")
        process.send_signal(signal.SIGABRT)
        return os.WCOREDUMP(os.waitpid(process.pid, 0)[1])


def test_no_core_dump(play):
    """It would contain the current secrets."""
    agent, clioctl = play({"GET /v1/events": lambda peer: peer.recv(1)})
    if not dumps_core(["cat"], clioctl.environment, is_up=lambda: True):
        pytest.skip("core dumps are off here")
    assert not dumps_core([CLIOCTL, "events"], clioctl.environment, is_up=lambda: agent.asked("GET /v1/events"))
