# SPDX-License-Identifier: Apache-2.0
"""The harness sees what it is there to see."""

import json
import socket
import time
from email.message import Message

import pytest
from support.agent_socket import AgentSocket
from support.contract import Contract
from support.in_play import InPlay

TOKEN = {"account": "a", "access_token": "t", "token_type": "Bearer", "expires_at": 1, "expires_in": 1, "generation": 1,
         "api_base": "https://app.clio.com/api/v4", "state": "ready"}
PROBLEM = {"type": "about:blank", "title": "Not found", "status": 404, "code": "not_found", "detail": "no such account"}
BUSY = PROBLEM | {"status": 503, "code": "temporarily_unavailable"}


def headers(media_type, **others):
    message = Message()
    message["Content-Type"] = media_type
    for name, value in others.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize("target, status, head, body", [
    ("/v1/token", 200, headers("application/json"), TOKEN),
    ("/v1/token?min_ttl=5", 200, headers("application/json; charset=utf-8"), TOKEN | {"min_ttl_met": False}),
    ("/v1/accounts/a/token", 404, headers("application/problem+json"), PROBLEM),
    ("/nosuch", 404, headers("application/problem+json"), PROBLEM),
    ("/v1/token", 503, headers("application/problem+json", Retry_After="1"), BUSY),
])
def test_the_contract_takes(target, status, head, body):
    Contract().check("GET", target, status, head, json.dumps(body).encode())


@pytest.mark.parametrize("target, status, head, body", [
    ("/v1/token", 200, headers("text/html"), TOKEN),
    ("/v1/token", 200, headers("application/json"), TOKEN | {"more": 1}),
    ("/v1/token", 200, headers("application/json"), TOKEN | {"generation": None}),
    ("/v1/token", 200, headers("application/json"), TOKEN | {"min_ttl_met": True}),
    ("/v1/token", 204, headers("application/json"), TOKEN),
    ("/nosuch", 200, headers("application/json"), TOKEN),
    ("/v1/accounts/a/b/token", 200, headers("application/json"), TOKEN),
    ("/v1/token", 404, headers("application/json"), PROBLEM),
    ("/v1/token", 400, headers("application/problem+json"), PROBLEM),
    ("/v1/token", 404, headers("application/problem+json"), PROBLEM | {"detail": ""}),
    ("/v1/token", 404, headers("application/problem+json"), PROBLEM | {"code": "other"}),
    ("/v1/token", 503, headers("application/problem+json"), BUSY),
])
def test_the_contract_refuses(target, status, head, body):
    with pytest.raises(AssertionError):
        Contract().check("GET", target, status, head, json.dumps(body).encode())


def test_a_place_in_the_backlog_is_waited_for(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind(str(tmp_path / "sock"))
        listener.listen(0)
        first.connect(str(tmp_path / "sock"))
        began = time.monotonic()
        with pytest.raises(BlockingIOError):
            AgentSocket(tmp_path / "sock", None, None).request("GET", "/", timeout=0.2)
        assert time.monotonic() - began >= 0.19


def test_leaks_are_found(tmp_path):
    in_play = InPlay()
    in_play.add("secret-of-this-test", "another-of-this-test")
    in_play.watch(tmp_path / "state")
    in_play.watch(tmp_path / "log")
    assert list(in_play.leaks()) == []
    (tmp_path / "state/deep").mkdir(parents=True)
    (tmp_path / "state/deep/store").write_bytes(b"\0\xffsecret-of-this-test\n")
    (tmp_path / "log").write_text("info token=another-of-this-test\n")
    assert {(file.name, secret) for file, secret in in_play.leaks()} == {
        ("store", "secret-of-this-test"), ("log", "another-of-this-test")}
