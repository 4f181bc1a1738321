# SPDX-License-Identifier: Apache-2.0
"""Someone guesses the passphrase as fast as they can; nobody else may notice."""

import contextlib
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from support.other_user import connection_as
from support.programs import PATIENCE, SANITIZED, until
from test_keys import add_passphrase, unlock

GUESSES = 200
AT_ONCE = 50
OTHER_USER = 65533
PROMPTLY = PATIENCE / 2
ARGON2 = 256 * 1024  # KiB that one attempt takes


class Caller(threading.Thread):
    """Another user, who gets tokens one after the other: `answered` has when, `waits` how long each took."""

    def __init__(self, socket):
        super().__init__()
        self.connection = connection_as(OTHER_USER, socket)
        self.answered, self.waits = [], []
        self.refused = []
        self.over = threading.Event()

    def run(self):
        with contextlib.closing(self.connection):
            while not self.over.is_set():
                begun = time.monotonic()
                self.connection.request("GET", "/v1/accounts/smith-law/token")
                answer = self.connection.getresponse()
                body = json.loads(answer.read())
                self.answered.append(time.monotonic())
                self.waits.append(self.answered[-1] - begun)
                if answer.status != 200 or not body["access_token"]:
                    self.refused.append(body)

    def tenths_served(self, begun, over):
        """In how many tenths of that time there was an answer."""
        return len({int(10 * (at - begun) / (over - begun)) for at in self.answered if begun <= at < over})


def test_wrong_unlocks_hold_up_nobody_else(stage, capsys):
    stage.login("smith-law")
    before = {field: stage.daemon.memory(field) for field in ("VmRSS", "VmLck")}
    assert add_passphrase(stage).status == 201

    caller = Caller(stage.daemon.socket)
    caller.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as guessers:
            codes = Counter(guessers.map(lambda guess: unlock(stage, f"wrong guess {guess}").code, range(GUESSES)))
        begun = time.monotonic()
        assert unlock(stage).status == 204  # it waits for its turn by itself
        over = time.monotonic()
    finally:
        caller.over.set()
        caller.join(PATIENCE)

    assert not caller.refused, caller.refused[0]
    assert max(caller.waits) < PROMPTLY
    assert caller.tenths_served(begun, over) >= 6, "the other user waited with the one who guessed"
    assert codes.keys() == {"forbidden", "temporarily_unavailable"}
    assert codes["forbidden"] < GUESSES / 10, "most must be refused untried"
    until(lambda: stage.daemon.memory("VmLck") == before["VmLck"], "memory stays locked")
    if not SANITIZED:  # sanitizers keep what was freed
        until(lambda: stage.daemon.memory() < before["VmRSS"] + ARGON2 / 8, "the memory does not come back")
    with capsys.disabled():
        print(f"\n{GUESSES} wrong unlocks: {dict(codes)}; meanwhile {len(caller.waits)} tokens for another user, "
              f"the slowest in {max(caller.waits) * 1000:.0f} ms; then the right one after {over - begun:.1f} s")
