# SPDX-License-Identifier: Apache-2.0
"""Many callers, many accounts."""

import asyncio
import json
import time

from support.fleet import fill_store, make_grants
from support.programs import PATIENCE, SANITIZED, until

CALLERS = 200 if SANITIZED else 1000
ACCOUNTS = 1000 if SANITIZED else 10000


async def ask_at_once(socket, target, callers):
    """The status and body of `callers` requests that are all open at the same time."""
    connections = [await asyncio.open_unix_connection(str(socket)) for _ in range(callers)]
    for _, writer in connections:
        writer.write(f"GET {target} HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n".encode())

    async def answer_of(reader):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(body)

    answers = await asyncio.gather(*(answer_of(reader) for reader, _ in connections))
    for _, writer in connections:
        writer.close()
    return answers


def test_a_thousand_callers_at_the_moment_of_expiry_cause_one_refresh(make_stage):
    with make_stage("--product", "platform", "--expires-in", "3600") as stage:
        tokens = make_grants(stage.clio, 1)[0]
        stage.daemon.stop()
        fill_store(stage.daemon.state_dir, {"smith-law": tokens}, expires_in=2)
        stage.clio.fault("token:slow:500:1")  # so that all of them come before the answer
        stage.daemon.start()
        answers = asyncio.run(ask_at_once(stage.daemon.socket, "/v1/accounts/smith-law/token", CALLERS))
        stage.note_tokens()
        assert {(status, body.get("generation")) for status, body in answers} == {(200, 2)}
        assert len({body["access_token"] for _, body in answers}) == 1
        assert stage.clio.stats()["grant_types"]["refresh_token"] == 1


def test_thousands_of_expired_accounts_at_the_start(make_stage, capsys):
    """They are refreshed no faster than the server allows, and requested accounts come first."""
    per_second = 3
    with make_stage("--product", "platform", "--expires-in", "3600", refresh={"max_per_second": per_second}) as stage:
        # One grant for all: what is tested is when the server is asked, not what it says.
        tokens = make_grants(stage.clio, 1)[0]
        asked_for = make_grants(stage.clio, 3)
        accounts = {f"account-{number:05}": tokens for number in range(ACCOUNTS)}
        accounts |= {f"zz-asked-{number}": grant for number, grant in enumerate(asked_for)}
        stage.daemon.stop()
        fill_store(stage.daemon.state_dir, accounts, expires_in=-60)
        stage.daemon.start()
        assert stage.agent.get("/v1/status").json["accounts"] == len(accounts)

        waited = []
        for number in range(3):
            began = time.monotonic()
            assert stage.agent.token(f"zz-asked-{number}")["generation"] == 2
            waited.append(time.monotonic() - began)
        assert max(waited) < 2, waited

        wanted = 5 * per_second
        refreshes = until(
            lambda: (found := [r["at_ms"] for r in stage.clio.stats()["token_requests"]
                               if r["grant_type"] == "refresh_token"]) and len(found) >= wanted and found,
            "the refreshes stopped",
            within=PATIENCE,
        )
        most = max(sum(1 for at in refreshes if start <= at < start + 1000) for start in refreshes)
        assert most <= per_second + 1, refreshes
        assert stage.agent.get("/v1/status").json["queued"] > ACCOUNTS - 100
        stage.note_tokens()
    with capsys.disabled():
        print(f"\n{ACCOUNTS} expired accounts: at most {most} requests in any second, "
              f"{max(waited):.2f} s for one that was asked for")
