# SPDX-License-Identifier: Apache-2.0
"""A thousand times, some of the requests that change keys and what they seal meet on a slow disk, each time after other
pauses: what was acknowledged opens afterwards."""

import random
import time

import pytest
from support.agent_socket import AgentSocket
from support.programs import until
from test_key_races import pytestmark, sign_in, slow_disk  # noqa: F401  pylint: disable=unused-import
from test_lock_races import together

ROUNDS = 250  # of each seed
EXPECTED = {200, 201, 202, 204, 404, 409, 423, 503}  # done, or why not now


class Unchecked:
    """A contract that takes no time: others check what these answers look like."""

    def check(self, *_):
        pass


class Play:
    """The requests that may meet, and what was acknowledged so far."""

    def __init__(self, stage, chance):
        self.stage, self.chance = stage, chance
        self.agent = AgentSocket(stage.daemon.socket, Unchecked(), stage.in_play)
        self.keys = {}  # the recovery keys whose slots are there, by id
        self.accounts, self.apps = set(), set()
        self.names = iter(range(10_000))
        self.add_key()
        self.kept = next(iter(self.keys))  # never removed, so that somebody can always unlock
        self.login()()

    def some(self, most):
        """Some requests, each for another thread."""
        makers = [self.rotate, self.rotate, self.add_key, self.remove_key, self.test_keys, self.lock, self.lock,
                  self.unlock, self.unlock, self.refresh, self.put_app, self.remove_app]
        chosen = [self.chance.choice(makers) for _ in range(self.chance.randint(2, most))]
        if self.chance.random() < 0.1:
            chosen.append(self.login())
        return chosen

    def rotate(self):
        return self.agent.post("/v1/keys/rotate")

    def add_key(self):
        answer = self.agent.post("/v1/keys", {"kind": "recovery"})
        if answer.status == 201:
            self.stage.in_play.add(answer.json["recovery_key"])
            self.keys[answer.json["id"]] = answer.json["recovery_key"]
        return answer

    def remove_key(self):
        slot = self.chance.choice(list(self.keys))
        if slot == self.kept or len(self.keys) < 4:
            return self.agent.get("/v1/keys")
        self.keys.pop(slot, None)  # from here on nobody may rely on it, whatever the answer
        return self.agent.delete(f"/v1/keys/{slot}")

    def typed(self):
        """Never a key that is being removed: a wrong one makes the next wait."""
        return {"recovery_key": self.keys[self.kept]}

    def test_keys(self):
        return self.agent.post("/v1/keys/test", {})

    def lock(self):
        return self.agent.post("/v1/lock")

    def unlock(self):
        return self.agent.post("/v1/unlock", self.typed())

    def refresh(self):
        return self.agent.post(f"/v1/accounts/{self.chance.choice(list(self.accounts))}/refresh")

    def put_app(self):
        name = f"app-{next(self.names)}"
        answer = self.agent.put(f"/v1/apps/{name}", self.stage.clio.app_json(self.stage.redirect_uri))
        if answer.status == 204:
            self.apps.add(name)
        return answer

    def remove_app(self):
        name = self.chance.choice([*self.apps, "none"])
        self.apps.discard(name)
        return self.agent.delete(f"/v1/apps/{name}")

    def login(self):
        """Begins one; the request ends it, and hears what became of it."""
        account = f"firm-{next(self.names)}"
        login, redirected = sign_in(self.stage, account)

        def end():
            answer = redirected()
            ended = self.agent.get(f"/v1/authorizations/{login['id']}?wait=30")
            if ended.status == 200 and ended.json["status"] == "done":
                self.accounts.add(account)
            return answer

        return end

    def check(self):
        """What was acknowledged is there, and any of the keys opens it."""
        if self.agent.get("/v1/status").json["locked"]:
            any_key = self.chance.choice(list(self.keys.values()))
            assert self.agent.post("/v1/unlock", {"recovery_key": any_key}).status == 204
        listed = self.agent.get("/v1/accounts").json["accounts"]
        assert self.accounts <= {one["name"] for one in listed if one["state"] != "login_required"}
        assert self.agent.token(self.chance.choice(list(self.accounts)))["access_token"]

    def check_all(self):
        until(lambda: not self.agent.get("/v1/keys").json["rotating"], "the rotation never ends")
        self.stage.daemon.restart()
        self.check()
        for account in self.accounts:
            assert self.agent.token(account)["access_token"]
        listed = self.agent.get("/v1/apps").json
        assert self.apps <= {app["name"] for app in listed["apps"]} and listed["unreadable"] == []
        for key in self.keys.values():
            assert self.agent.post("/v1/lock").status == 204
            assert self.agent.post("/v1/unlock", {"recovery_key": key}).status == 204


def later(request, seconds):
    def ask():
        time.sleep(seconds)
        return request()

    return ask


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_lost_in_any_order(slow_disk, seed):  # noqa: F811
    chance = random.Random(seed)
    disk = chance.choice([1, 2, 5])  # ms for each sync
    with slow_disk(disk, refresh={"max_per_second": 1000}) as stage:
        play = Play(stage, chance)
        for round_ in range(1, ROUNDS + 1):
            meeting = [later(request, chance.uniform(0, 4 * disk) / 1000) for request in play.some(5)]
            answers = together(*meeting)
            assert {answer and answer.status for answer in answers} <= EXPECTED, f"round {round_}"
            play.check()
            if round_ % 50 == 0:
                play.check_all()
