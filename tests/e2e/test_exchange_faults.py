# SPDX-License-Identifier: Apache-2.0
"""A code exchange that goes wrong: the login fails with what came, and nothing is stored."""

import pytest
from test_refresh_faults import FAULTS


@pytest.mark.parametrize("fault, told", FAULTS, ids=[fault for fault, _ in FAULTS])
def test_a_failed_exchange(stage, fault, told):
    stage.clio.fault(f"token:{fault}:9")
    login = stage.begin_login("smith-law")
    page = stage.agree(login["authorization_url"])
    ended = stage.login_ended(login)
    assert ended["status"] == "failed"
    assert told in ended["detail"], ended
    assert page.status >= 400
    assert stage.agent.get("/v1/accounts").json == {"accounts": []}

    stage.clio.clear_faults()
    stage.login("smith-law")


def test_a_failed_login_keeps_the_account_as_it_was(stage):
    stage.login("smith-law")
    token = stage.agent.token("smith-law")
    stage.clio.fault("token:400:9")
    login = stage.begin_login("smith-law")
    stage.agree(login["authorization_url"])
    assert stage.login_ended(login)["status"] == "failed"
    assert stage.agent.token("smith-law")["access_token"] == token["access_token"]


def test_an_error_description_is_shown_as_text(stage):
    stage.clio.fault("token:nasty_description:9")
    login = stage.begin_login("smith-law")
    page = stage.agree(login["authorization_url"])
    ended = stage.login_ended(login)
    assert "invalid_request" in ended["detail"]
    assert all(character.isprintable() for character in ended["detail"])
    assert "<script" not in page.text and "&lt;script" in page.text
