# SPDX-License-Identifier: Apache-2.0
"""Keys are changed on a slow disk, beside all that is stored: what was acknowledged opens afterwards."""

import random

import pytest
from support.programs import BUILD, SANITIZED
from test_keys import PASSPHRASE, add_passphrase, is_locked, rotated, unlock
from test_lock_races import together

SLOW_DISK = BUILD / "tests/fakes/libslow-disk.so"

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer wants to be loaded before the slow disk")


@pytest.fixture
def slow_disk(make_stage):
    """Makes a stage whose agent waits this many milliseconds for each sync."""

    def make(milliseconds, **options):
        stage = make_stage("--expires-in", "3600", **options)
        stage.daemon.environment |= {"LD_PRELOAD": str(SLOW_DISK), "SLOW_DISK_MS": str(milliseconds)}
        return stage

    return make


def accounts(stage):
    return {account["name"]: account["state"] for account in stage.agent.get("/v1/accounts").json["accounts"]}


def usable(stage):
    """The accounts that have their tokens; one of them may be on its way to the next."""
    return {name for name, state in accounts(stage).items() if state != "login_required"}


def sign_in(stage, account):
    """Begins a login and has it agreed to; what is left is to send the agent where Clio sent the browser."""
    login = stage.begin_login(account, app="firm")
    pasted = {"redirected_url": stage.consent(login["authorization_url"])}
    return login, lambda: stage.agent.post(f"/v1/authorizations/{login['id']}", pasted)


def test_a_login_and_an_app_that_are_stored_beside_a_rotation(slow_disk):
    with slow_disk(150) as stage:
        stage.login("smith-law")
        login, redirected = sign_in(stage, "jones")
        answers = together(
            lambda: stage.agent.post("/v1/keys/rotate"),
            lambda: stage.agent.put("/v1/apps/second", stage.clio.app_json(stage.redirect_uri)),
            redirected,
        )
        assert [answer.status for answer in answers] == [202, 204, 202]
        assert stage.login_ended(login)["status"] == "done"
        rotated(stage)
        tokens = {name: stage.agent.token(name)["access_token"] for name in ("smith-law", "jones")}
        stage.daemon.restart()
        assert accounts(stage) == {"smith-law": "ready", "jones": "ready"}
        assert {name: stage.agent.token(name)["access_token"] for name in tokens} == tokens
        assert [app["name"] for app in stage.agent.get("/v1/apps").json["apps"]] == ["firm", "second"]


@pytest.mark.parametrize("seed", range(2))
def test_any_changes_at_once(slow_disk, seed):
    """Eight rounds of six requests at once, of all that change keys and what they seal."""
    chance = random.Random(seed)
    with slow_disk(chance.choice([5, 20, 60])) as stage:
        stage.login("smith-law")
        add_passphrase(stage)
        acknowledged = {"smith-law"}
        for n in range(8):
            logins = [sign_in(stage, f"firm-{n}-{m}") for m in range(2)]
            app = stage.clio.app_json(stage.redirect_uri)
            others = [
                lambda: stage.agent.post("/v1/keys/rotate"),
                lambda: stage.agent.post("/v1/keys", {"kind": "recovery"}),
                lambda: stage.agent.post("/v1/accounts/smith-law/refresh"),
                lambda: stage.agent.put(f"/v1/apps/app-{n}", app),
                lambda: stage.agent.post("/v1/lock"),
                lambda: unlock(stage),
            ]
            chosen = [redirected for _, redirected in logins] + chance.sample(others, 4)
            chance.shuffle(chosen)
            answers = together(*chosen)
            assert all(answer is not None for answer in answers)
            for answer in answers:
                if answer.status == 201 and "recovery_key" in answer.json:
                    stage.in_play.add(answer.json["recovery_key"])
            if is_locked(stage):
                assert unlock(stage).status == 204
            for login, _ in logins:
                ended = stage.agent.get(f"/v1/authorizations/{login['id']}?wait=30")
                if ended.status == 200 and ended.json["status"] == "done":
                    acknowledged.add(login["account"] if "account" in login else ended.json["account"])
            assert acknowledged <= usable(stage)
        rotated(stage)
        stage.daemon.restart()
        assert acknowledged <= usable(stage)
        for name in acknowledged:
            assert stage.agent.token(name)["access_token"]
        assert stage.agent.get("/v1/apps").json["unreadable"] == []
        # Every slot that was added opens what is stored.
        opens = stage.agent.post("/v1/keys/test", {"passphrase": PASSPHRASE}).json["slots"]
        assert False not in [slot["opens"] for slot in opens]
