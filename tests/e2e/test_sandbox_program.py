# SPDX-License-Identifier: Apache-2.0
"""clio-sandbox as a program: its command line and man page, its start and end, and bytes that are not HTTP."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest
from support.integrator import Integrator
from support.programs import PATIENCE, SANDBOX, SOURCE
from support.sandbox import Sandbox, http


def run(*options, **named):
    return subprocess.run([SANDBOX, *options], capture_output=True, text=True, timeout=PATIENCE, **named)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(option):
    done = run(option)
    assert (done.returncode, done.stderr) == (0, "")
    assert "clio-sandbox" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_man_page():
    page = (SOURCE / "tests/sandbox/clio-sandbox.1").read_text()
    shown = run("--help").stdout
    options, faults = shown.split("\nFAULT is ")
    tags = {macro: "\n".join(re.findall(rf"^\.It {macro} (.*)", page, re.M)) for macro in ("Fl", "Cm")}
    assert set(re.findall(r"(?:^| )-([a-z-]+)", tags["Fl"], re.M)) == set(re.findall(r"^  --([a-z-]+)", options, re.M))
    kinds = set(re.findall(r"^  ([a-z_0-9]+)[: ]", faults, re.M))
    assert len(kinds) > 10 and kinds <= set(re.findall(r"\w+", tags["Cm"]))
    assert set(re.findall(r"/_sandbox/(\w+) ", shown)) <= set(re.findall(r"/_sandbox/(\w+)", page))


def test_man_page_is_well_formed():
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-mdoc", "-ww", "-Tutf8", "-z", SOURCE / "tests/sandbox/clio-sandbox.1"],
                          capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize(
    "options",
    [
        ["--nonsense"],
        ["argument"],
        ["--listen", "0.0.0.0:0"],
        ["--listen", "192.0.2.1:80"],
        ["--listen", "[::]:0"],
        ["--listen", "clio.example:80"],
        ["--listen", "127.0.0.1"],
        ["--listen", "127.0.0.1:65536"],
        ["--product", "grow"],
        ["--rotation", "sometimes"],
        ["--reuse-kills-grant", "maybe"],
        ["--expires-in", "0"],
        ["--expires-in", "20s"],
        ["--expires-in"],
        ["--redirect-uri", "not a URI"],
        ["--user", "42"],
        ["--user", "x,Jane,jane@example.com"],
        ["--user", "1,A,a@x", "--user", "1,B,b@x"],
        ["--fault", "token:nonsense"],
        ["--rate-limit", "0"],
        ["--client-file", "/nonexistent"],
        ["--client-file", "/"],
        ["--log-level", "loud"],
        ["--auto-approve=yes"],
    ],
    ids=" ".join,
)
def test_options_that_are_wrong_stop_the_start(options):
    done = run(*options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("clio-sandbox: ")
    assert options[0].partition("=")[0] in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_bad_client_file_is_told_by_line_and_column(tmp_path):
    file = tmp_path / "clients.json"
    file.write_text('{"clients": [\n  {"client_id": "a"}]}')
    done = run("--client-file", file)
    assert done.returncode == 2
    assert f"{file}: line 2, column 3: missing" in done.stderr


def test_a_port_that_is_taken(tmp_path):
    with Sandbox() as clio:
        done = run("--listen", clio.base_url.removeprefix("http://"))
    assert done.returncode == 1
    assert clio.base_url.rpartition(":")[2] in done.stderr


@pytest.mark.parametrize("listen, base", [("[::1]:0", r"http://\[::1\]:\d+"), ("localhost:0", r"http://127\.0\.0\.1:\d+")])
def test_other_names_of_this_machine(listen, base):
    if "::1" in listen and not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("this machine has no IPv6")
    with Sandbox("--listen", listen) as clio:
        assert re.fullmatch(base, clio.base_url)
        assert http("GET", f"{clio.base_url}/_sandbox/stats").status == 200


def test_ready_line_and_configuration():
    read, write = os.pipe()
    options = ["--ready-fd", str(write), "--print-config", "--product", "platform", "--client-auth", "basic"]
    program = subprocess.Popen([SANDBOX, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[write])
    os.close(write)
    with os.fdopen(read) as ready, program:
        app = json.loads(ready.readline())["app"]
        program.terminate()
        printed = program.stdout.read().decode()
    config = json.loads(re.sub(r"(?m)^ *//.*$", "", printed))
    assert program.returncode == 0
    assert (app.pop("client_secret"), config["apps"]["sandbox"].pop("client_secret").keys()) == ("this-is-no-secret", {"file"})
    assert config["apps"]["sandbox"] == app
    assert (app["product"], app["rotation"], app["client_auth"]) == ("platform", "single_use", "basic")
    assert app["endpoints"]["deauthorize"].endswith("/oauth/revoke")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_with_answers_still_owed(how):
    with Sandbox("--fault", "token:hang:1", "--fault", "token:slow:60000") as clio:
        host, port = clio.base_url.removeprefix("http://").split(":")
        request = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        waiting = [socket.create_connection((host, int(port))) for _ in range(3)]
        for connection in waiting:
            connection.sendall(request)
        clio.wait_for_stats(lambda stats: stats["requests"]["token"] == 3)
        clio.process.send_signal(how)
        assert clio.process.wait(5) == 0
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n%zz=",
        b"BREW /oauth/token HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /oauth/authorize?%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /_sandbox/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"G",
    ],
    ids=lambda sent: sent[:24].decode("latin-1"),
)
def test_bytes_that_are_no_good_disturb_nobody(sent):
    with Sandbox() as clio:
        host, port = clio.base_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            try:
                connection.sendall(sent)
                if sent != b"G":
                    connection.shutdown(socket.SHUT_WR)
                    answer = connection.recv(65536)
                    assert not answer or re.match(rb"HTTP/1\.[01] [45]\d\d ", answer)
            except TimeoutError:
                raise
            except OSError:
                pass  # refused before the end was read: reset, broken pipe, or already not connected at the shutdown
            assert Integrator(clio).log_in()["access_token"]
