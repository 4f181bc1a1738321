# SPDX-License-Identifier: Apache-2.0
"""clioctl without an agent: usage, help, exit statuses and where it looks for the socket."""

import os
import re
import shutil
import subprocess

import pytest
from support.clioctl import Clioctl
from support.programs import CLIOCTL, clean_environment


APP = ["app", "add", "x", "--product", "manage", "--region", "us", "--client-id", "i", "--redirect-uri", "http://127.0.0.1:5678/"]


@pytest.fixture
def clioctl(tmp_path):
    return Clioctl(tmp_path, tmp_path / "agent.sock")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["tokne"], "unknown command 'tokne'; did you mean token?"),
        (["help", "tokne"], "unknown command 'tokne'; did you mean token?"),
        (["token", "--min-tll", "90"], "token: unknown option --min-tll; did you mean --min-ttl?"),
        (["run", "smith-law", "ls", "-la"],
         "run: -- is missing before the command to run, as in: clioctl run smith-law -- ls ..."),
        (["app", "add", "x", "--region", "US"],
         'app add: --region: "US" is not one of us, eu, ca, au; try \'clioctl app add --help\''),
        (["default", "a", "--clear"], "default: --clear takes no account; try 'clioctl default --help'"),
        (["app"], "app needs one of: list, show, add, check, remove; try 'clioctl --help'"),
        (["token", "--nope"], "token: unknown option --nope; try 'clioctl token --help'"),
        (["token", "a", "b"], "token: too many arguments; try 'clioctl token --help'"),
        (["token", "--json", "--header"], "token: --header and --json exclude each other; try 'clioctl token --help'"),
        (["token", "--min-ttl", "soon"], "token: --min-ttl takes a whole number from 0 to 31536000; try 'clioctl token --help'"),
        (["list", "--timeout", "0"], "list: --timeout takes a whole number from 1 to 86400; try 'clioctl list --help'"),
        (["list", "--socket", ""], "list: --socket: the path is empty; try 'clioctl list --help'"),
        (["env", "--socket="], "env: --socket: the path is empty; try 'clioctl env --help'"),
        (["login"], "login: ACCOUNT is missing; try 'clioctl login --help'"),
        (["login", "a", "--paste", "--no-browser"],
         "login: --no-browser and --paste exclude each other; try 'clioctl login --help'"),
        (["run", "a"], "run: -- COMMAND is missing; try 'clioctl run --help'"),
        (["app", "add", "x"],
         "app add: --product, --region, --client-id, --redirect-uri are missing; try 'clioctl app add --help'"),
        ([*APP[:-1], "http://127.0.0.1:80/callback"],
         'app add: --redirect-uri: "http://127.0.0.1:80/callback" has port 80, but only root may open ports below 1024; '
         "register another one, as in http://127.0.0.1:5678/callback; try 'clioctl app add --help'"),
        ([*APP[:-3], "key\u200b", *APP[-2:]],
         'app add: --client-id: "key\u200b" has an invisible or foreign character (byte 0xe2 at position 4); '
         "copy it again; try 'clioctl app add --help'"),
        (["key"], "key needs one of: list, add, remove, rotate, test; try 'clioctl --help'"),
        (["key", "add"], "key add: KIND is missing; try 'clioctl key add --help'"),
        (["key", "add", "tpm"], "key add: KIND is passphrase, recovery, file or credential; try 'clioctl key add --help'"),
        (["key", "add", "file"], "key add: PATH is missing; try 'clioctl key add --help'"),
        (["key", "add", "credential"], "key add: NAME is missing; try 'clioctl key add --help'"),
        (["key", "add", "passphrase", "hunter2"], 
         "key add: passphrase takes no argument; secrets are never passed as arguments; try 'clioctl key add --help'"),
        (["key", "add", "recovery", "--stdin"], "key add: --stdin is only valid with passphrase; try 'clioctl key add --help'"),
        (["key", "add", "passphrase", "--calibrate", "5"],
         "key add: --calibrate takes a whole number from 100 to 60000; try 'clioctl key add --help'"),
        (["key", "remove", "1x"], "key remove: ID must be a number from 'clioctl key list'; try 'clioctl key remove --help'"),
        (["key", "test", "--stdin"],
         "key test: --stdin requires --passphrase or --recovery-key; try 'clioctl key test --help'"),
        (["unlock", "--stdin", "--ask-password"],
         "unlock: --stdin and --ask-password exclude each other; try 'clioctl unlock --help'"),
        (["unlock", "hunter2"], "unlock: too many arguments; try 'clioctl unlock --help'"),
        (["\x1b[31m"], "unknown command '\\x1b[31m'; try 'clioctl --help'"),
    ],
)
def test_wrong_usage(clioctl, arguments, said):
    done = clioctl(*arguments, exit=2)
    assert (done.stdout, done.stderr) == ("", f"clioctl: {said}\n")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a program of another user")
def test_a_setuid_caller_takes_no_socket_from_the_environment(clioctl, tmp_path):
    """Otherwise its caller could give it an agent of their own."""
    program = tmp_path / "clioctl"
    shutil.copy2(CLIOCTL, program)
    # A sanitizer cannot look for leaks in a program that may not be traced.
    chosen = {"CLIO_AGENT_SOCK": str(tmp_path / "theirs.sock"), "XDG_RUNTIME_DIR": str(tmp_path),
              "ASAN_OPTIONS": "detect_leaks=0"}
    shown = clioctl.run([program, "env"], **chosen).stdout
    assert str(tmp_path / "theirs.sock") in shown
    os.chown(program, 65533, 65533)
    program.chmod(0o4755)
    if os.statvfs(program).f_flag & os.ST_NOSUID:
        pytest.skip("no program is setuid on this disk")
    shown = clioctl.run([program, "env"], **chosen).stdout
    assert "/run/cliod/agent.sock" in shown and str(tmp_path) not in shown


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["token", ""], "account"),
        (["token", "a/b"], "account"),
        (["logout", "../status"], "account"),
        (["token", ".."], "account"),
        (["login", "a b"], "account"),
        (["app", "remove", ""], "app"),
        (["app", "remove", "."], "app"),
        ([*APP, "--secret-file", "/nonexistent"], "/nonexistent: No such file"),
        ([*APP, "--secret-file", "/dev/null"], "the secret is empty"),
        ([*APP, "--secret-file", "-"], "the secret is empty"),
        (["unlock"], "standard input ended"),
        (["key", "add", "passphrase"], "standard input ended"),
        (["key", "test", "--passphrase"], "standard input ended"),
        ([*APP, "--pkce", "--no-pkce"], "exclude each other"),
        ([*APP, "--endpoint", "token"], '--endpoint: "token" is not NAME=URL'),
        ([*APP, "--endpoint", "tokn=https://x"], '--endpoint: "tokn=https://x" is not NAME=URL'),
        ([*APP, "--product", "platform"], "--scope is missing"),
    ],
)
def test_bad_input_is_found_before_the_agent_is_asked(clioctl, arguments, said):
    assert said in clioctl(*arguments, exit=2).stderr


def test_a_secret_needs_a_terminal_or_a_file(clioctl):
    done = subprocess.run([CLIOCTL, *APP], env=clioctl.environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, start_new_session=True, check=False)
    assert done.returncode == 2
    assert "--secret-file" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["token"], ["token", "a"], ["run", "--", "true"], ["report"], ["list"], ["show", "a"], ["status"], ["refresh", "a"],
     ["logout", "a"], ["events"], ["login", "a"], ["app", "list"], ["app", "remove", "a"], ["lock"], ["key", "list"],
     ["key", "add", "recovery"], ["key", "add", "file", "f"], ["key", "remove", "1"], ["key", "rotate"], ["key", "test"],
     [*APP, "--secret-file", "/etc/hostname"]],
    ids=" ".join,
)
def test_no_agent(clioctl, arguments):
    done = clioctl(*arguments, exit=4)
    assert done.stdout == ""
    assert done.stderr.startswith(f"clioctl: no_agent: nobody listens at {clioctl.home}/agent.sock, which CLIO_AGENT_SOCK "
                                  "names; unset it")


def test_no_agent_for_a_program(clioctl):
    done = clioctl("list", "--json", exit=4)
    assert '"code":"no_agent"' in done.stderr and done.stderr.count("\n") == 1


def commands(clioctl):
    listed = clioctl("--help").stdout.split("commands:\n")[1].split("\n\n")[0]
    return [re.match(r"  (\w+( \w+)?)  ", line)[1].split() for line in listed.splitlines()]


def test_help(clioctl):
    whole = clioctl("--help").stdout
    assert clioctl("-h").stdout == clioctl("help").stdout == whole
    done = clioctl(exit=2)
    assert (done.stdout, done.stderr) == ("", whole)
    assert clioctl("app", "--help").stdout == clioctl("help", "app").stdout != whole
    assert len(commands(clioctl)) >= 25
    for command in commands(clioctl):
        shown = clioctl(*command, "--help").stdout
        assert shown.startswith("usage: clioctl " + " ".join(command))
        for option in ("--socket PATH", "--timeout S", "--help"):
            assert option in shown
        assert max(map(len, shown.splitlines()[1:])) <= 120
        assert clioctl(*command, "too", "many", "--help").stdout == shown
        assert clioctl("--help", *command).stdout == clioctl("help", *command).stdout == shown


def test_version(clioctl):
    version = clioctl("version").stdout
    assert re.fullmatch(r"clioctl \d+\.\d+\.\d+\n", version)
    assert clioctl("--version").stdout == clioctl("list", "--version").stdout == version


def test_output_that_cannot_be_written(clioctl):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([CLIOCTL, "version"], env=clioctl.environment, stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False)
    assert done.returncode == 1
    assert "standard output: No space left on device" in done.stderr


def socket_named(environment, *options):
    done = subprocess.run([CLIOCTL, "env", *options], env=environment, capture_output=True, text=True, check=True, cwd="/")
    return re.fullmatch(r"export CLIO_AGENT_SOCK='(.*)';\n", done.stdout)[1]


def test_where_the_socket_is(tmp_path):
    environment = clean_environment(tmp_path)
    (tmp_path / "run").mkdir()
    own = f"{tmp_path}/run/cliod/agent.sock"
    if not os.path.exists("/run/cliod/agent.sock"):
        assert socket_named(environment) == own
    assert socket_named(environment | {"CLIO_AGENT_SOCK": "/s"}) == "/s"
    assert socket_named(environment | {"CLIO_AGENT_SOCK": "/s"}, "--socket", "/t") == "/t"
    assert socket_named(environment, "--socket", "t") == "/t"
    del environment["XDG_RUNTIME_DIR"]
    usual = f"/run/user/{os.geteuid()}/cliod/agent.sock"
    assert socket_named(environment) == (usual if os.path.exists(usual) else "/run/cliod/agent.sock")


def test_env_quotes(clioctl):
    path = "/tmp/it's $HOME"
    script = 'eval "$("$0" env --socket "$1")"; printf %s "$CLIO_AGENT_SOCK"'
    done = subprocess.run(["sh", "-c", script, CLIOCTL, path], env=clioctl.environment, capture_output=True, text=True,
                          check=True)
    assert done.stdout == path
