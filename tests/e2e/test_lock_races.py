# SPDX-License-Identifier: Apache-2.0
"""Requests to lock, unlock, rotate and refresh that meet: each is answered, and nothing is lost."""

import random
import signal
import threading

import pytest
from support.programs import until
from test_keys import PASSPHRASE, add_passphrase, is_locked, rotated, unlock

# The allowed answers: done, or why not now.
EXPECTED = {200, 202, 204, 409, 423, 503}


def together(*requests):
    """The answers to requests that are sent at the same time; none for one that was never answered."""
    answers = [None] * len(requests)

    def ask(at, request):
        answers[at] = request()

    threads = [threading.Thread(target=ask, args=each) for each in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_all_who_ask_to_lock_are_answered(stage):
    stage.login("smith-law")
    add_passphrase(stage)
    stage.clio.fault("token:slow:1500")
    asked = stage.clio.stats()["requests"]["token"]
    refresh = threading.Thread(target=lambda: stage.agent.post("/v1/accounts/smith-law/refresh"))
    refresh.start()
    stage.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == asked + 1)
    answers = together(*[lambda: stage.agent.post("/v1/lock")] * 6)
    refresh.join()
    assert [answer and answer.status for answer in answers] == [204] * 6
    assert unlock(stage).status == 204
    assert stage.agent.account("smith-law")["generation"] == 2


def test_a_right_passphrase_calls_off_a_lock(stage):
    stage.login("smith-law")
    add_passphrase(stage)
    stage.clio.fault("token:slow:4000")
    asked = stage.clio.stats()["requests"]["token"]
    refresh = threading.Thread(target=lambda: stage.agent.post("/v1/accounts/smith-law/refresh"))
    refresh.start()
    stage.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == asked + 1)
    told = []
    lock = threading.Thread(target=lambda: told.append(stage.agent.post("/v1/lock")))
    lock.start()
    until(lambda: stage.agent.get("/v1/status").json["locked"], "it never begins to lock")
    assert unlock(stage).status == 204
    lock.join()
    refresh.join()
    assert told[0].code == "conflict" and "unlocked" in told[0].json["detail"]
    assert not is_locked(stage)
    until(lambda: stage.agent.account("smith-law")["generation"] == 2, "the running refresh was lost")


@pytest.mark.parametrize("seed", range(5))
def test_whatever_meets_is_answered(stage, seed):
    """Ten rounds of requests in random order and number."""
    stage.login("smith-law")
    add_passphrase(stage)
    lots = random.Random(seed)
    kinds = {
        "lock": lambda: stage.agent.post("/v1/lock"),
        "unlock": lambda: stage.agent.post("/v1/unlock", {"passphrase": PASSPHRASE}),
        "rotate": lambda: stage.agent.post("/v1/keys/rotate"),
        "refresh": lambda: stage.agent.post("/v1/accounts/smith-law/refresh"),
    }
    for _ in range(10):
        chosen = lots.choices(list(kinds), weights=[4, 2, 2, 3], k=lots.randint(3, 7))
        stage.daemon.process.send_signal(signal.SIGHUP)
        answers = together(*[kinds[kind] for kind in chosen])
        told = [(kind, answer and answer.status) for kind, answer in zip(chosen, answers)]
        assert all(answer is not None and answer.status in EXPECTED for answer in answers), told
    until(lambda: unlock(stage).status == 204, "it does not unlock any more")
    rotated(stage)
    assert stage.agent.post("/v1/lock").status == 204
    until(lambda: unlock(stage).status == 204, "the passphrase does not open it")
    assert stage.agent.token("smith-law")["access_token"]
    assert stage.agent.account("smith-law")["state"] == "ready"


@pytest.mark.parametrize("path", ["/v1/unlock", "/v1/keys/test"])
def test_wrong_attempts_make_the_next_one_wait(stage, path):
    add_passphrase(stage)
    for guess in range(3):
        stage.agent.post(path, {"passphrase": f"wrong {guess}"})
    # Of two at the same time one gets its turn, after a wait, and the other is told when to retry.
    answers = together(*[lambda: stage.agent.post("/v1/unlock", {"passphrase": "wrong once more"})] * 2)
    refused = [answer for answer in answers if answer.code == "temporarily_unavailable"]
    assert len(refused) == 1, "the fourth attempt did not wait"
    assert int(refused[0].headers["Retry-After"]) > 1, "after three wrong ones it is four seconds"
