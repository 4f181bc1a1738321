# SPDX-License-Identifier: Apache-2.0
"""A person in a real browser: the sandbox's consent page, and the page at the end."""

import pytest
from support.webdriver import Browser


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture
def stage_with_consent(make_stage):
    with make_stage("--expires-in", "3600", auto_approve=False) as stage:
        yield stage


def test_allow(stage_with_consent, browser):
    stage = stage_with_consent
    login = stage.begin_login("smith-law")
    browser.open(login["authorization_url"])
    assert "clio-sandbox" in browser.text
    browser.click("#allow")
    assert browser.url.startswith(stage.redirect_uri)
    assert "close" in browser.text.lower()
    assert stage.login_ended(login)["status"] == "done"
    assert stage.agent.token("smith-law")["generation"] == 1


def test_decline(stage_with_consent, browser):
    stage = stage_with_consent
    login = stage.begin_login("smith-law")
    browser.open(login["authorization_url"])
    browser.click("#decline")
    assert "declined" in browser.text.lower()
    ended = stage.login_ended(login)
    assert (ended["status"], ended["error"]) == ("failed", "access_denied")
