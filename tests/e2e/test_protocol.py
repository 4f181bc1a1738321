# SPDX-License-Identifier: Apache-2.0
"""The local protocol: as documented, and with everything that is not."""

import json
import os
import random
import socket
import stat
import subprocess
import time

import pytest


def test_curl_gets_a_token_as_documented(stage):
    stage.login("smith-law")
    curl = subprocess.run(
        ["curl", "-sS", "--fail", "--unix-socket", stage.daemon.socket, "http://agent/v1/accounts/smith-law/token"],
        capture_output=True, text=True, check=True,
    )
    assert json.loads(curl.stdout)["access_token"] == stage.agent.token("smith-law")["access_token"]


def test_socket_and_folder_are_private(stage):
    assert stat.S_IMODE(os.stat(stage.daemon.socket).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(stage.daemon.state_dir).st_mode) == 0o700
    for file in stage.daemon.state_dir.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file


@pytest.mark.parametrize("method, target", [
    ("GET", "/v1/accounts/nosuch"),
    ("GET", "/v1/accounts/nosuch/token"),
    ("POST", "/v1/accounts/nosuch/refresh"),
    ("DELETE", "/v1/accounts/nosuch"),
    ("GET", "/v1/accounts/no%20such/token"),
    ("GET", "/v1/accounts/..%2F..%2Fetc/token"),
    ("GET", "/v1/accounts/%00/token"),
    ("GET", "/v1/accounts//token"),
    ("GET", "/"),
    ("GET", "/v1"),
    ("GET", "/v1/"),
    ("GET", "/v1/nosuch"),
    ("GET", "/v2/accounts"),
    ("GET", "/v1/accounts/"),
    ("GET", "/V1/accounts"),
    ("GET", "/api/v4/users/who_am_i.json"),
    ("DELETE", "/v1/apps/nosuch"),
    ("DELETE", "/v1/apps/."),
    ("GET", "/v1/accounts/.."),
    ("GET", "/v1/accounts/%2e%2e"),
])
def test_unknown_paths_and_names(stage, method, target):
    answer = stage.agent.request(method, target)
    assert (answer.status, answer.code) in {(404, "not_found"), (400, "bad_request")}


@pytest.mark.parametrize("method, target", [
    ("POST", "/v1/token"), ("PUT", "/v1/accounts"), ("GET", "/v1/accounts/a/refresh"), ("DELETE", "/v1/status"),
    ("POST", "/v1/metrics"), ("PUT", "/v1/authorizations"), ("POST", "/v1/apps/a"),
])
def test_wrong_method(stage, method, target):
    answer = stage.agent.request(method, target)
    assert (answer.status, answer.code) == (405, "bad_request")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b'{"account":"a"} more', b'{"account":"a","account":"b"}',
                                  b"\xff\xfe", b"[" * 20000, b'{"account":"a\\u0000b"}', b"null", b'"a"'],
                         ids=range(10))
def test_body_that_is_no_json(stage, body):
    answer = stage.agent.request("POST", "/v1/authorizations", body)
    assert (answer.status, answer.code) == (400, "bad_request")


def test_body_of_more_than_64_KiB(stage):
    answer = stage.agent.raw(b"POST /v1/authorizations HTTP/1.1\r\nHost: agent\r\nContent-Length: 70000\r\n\r\n" + b" " * 70000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ") or answer.startswith(b"HTTP/1.1 400 ")
    assert stage.agent.get("/v1/status").status == 200


@pytest.mark.parametrize("line", [b"X-Filler: " + b"x" * 1_000_000, b"\r\n".join(b"X-%d: y" % n for n in range(100_000))],
                         ids=["one line", "many lines"])
def test_header_of_a_megabyte(stage, line):
    answer = stage.agent.raw(b"GET /v1/status HTTP/1.1\r\nHost: agent\r\n" + line + b"\r\n\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert stage.agent.get("/v1/status").status == 200


@pytest.mark.parametrize("seed", range(5))
def test_bytes_that_are_no_http(stage, seed):
    answer = stage.agent.raw(random.Random(seed).randbytes(100_000) + b"\r\n\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert stage.agent.get("/v1/status").status == 200


@pytest.mark.parametrize("request_line", [b"GET /v1/status HTTP/9.9", b"GET http://[::1/v1/status HTTP/1.1", b"GET", b" ",
                                          b"GET /v1/status", b"CONNECT x:1 HTTP/1.1", b"BREW /v1/status HTTP/1.1",
                                          b"OPTIONS * HTTP/1.1", b"HEAD /v1/token HTTP/1.1"])
def test_odd_request_lines(stage, request_line):
    answer = stage.agent.raw(request_line + b"\r\nHost: agent\r\nConnection: close\r\n\r\n", timeout=1)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer
    assert stage.agent.get("/v1/status").status == 200


def test_everyone_else_is_served_meanwhile(stage):
    """Connections that stay silent, one that stopped after a byte, one in the middle of a body."""
    stage.login("smith-law")
    silent = [socket.socket(socket.AF_UNIX) for _ in range(100)]
    try:
        for sock in silent:
            sock.connect(str(stage.daemon.socket))
        silent[0].sendall(b"G")
        silent[1].sendall(b"POST /v1/authorizations HTTP/1.1\r\nHost: agent\r\nContent-Length: 1000\r\n\r\n{")
        began = time.monotonic()
        stage.agent.token("smith-law")
        assert time.monotonic() - began < 2
    finally:
        for sock in silent:
            sock.close()


def test_requests_one_after_the_other_on_one_connection(stage):
    stage.login("smith-law")
    request = b"GET /v1/token HTTP/1.1\r\nHost: agent\r\n\r\n"
    answers = stage.agent.raw(request * 9 + request.replace(b"Host", b"Connection: close\r\nHost"))
    assert answers.count(b"HTTP/1.1 200 OK") == 10


def test_a_caller_that_does_not_wait_for_its_answer(make_stage):
    with make_stage("--expires-in", "3600") as stage:
        stage.login("smith-law")
        stage.clio.fault("token:slow:300:50")
        for _ in range(20):
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(str(stage.daemon.socket))
                sock.sendall(b"POST /v1/accounts/smith-law/refresh HTTP/1.1\r\nHost: agent\r\nContent-Length: 0\r\n\r\n")
        assert stage.agent.post("/v1/accounts/smith-law/refresh").status == 200


def test_a_web_page_cannot_use_the_socket(stage):
    """An unexpected Host is harmless, but nothing may let a browser in."""
    answer = stage.agent.get("/v1/status", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
