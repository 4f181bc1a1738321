# SPDX-License-Identifier: Apache-2.0
"""cliod --trace: the talk with the provider, without its secrets."""

import re


def test_a_support_case_can_be_solved_with_it(make_stage):
    stage = make_stage("--product", "platform", "--expires-in", "3600")
    with stage:
        stage.daemon.stop()
        stage.daemon.start("--trace")
        stage.login("smith-law")
        stage.clio.fault("token:html403:1")
        stage.agent.post("/v1/accounts/smith-law/refresh")
        stage.note_tokens()
        log = stage.daemon.log()
    assert re.search(r"trace: request .*grant_type=authorization_code&.*code=#", log)
    spent = re.search(r"trace: request .*grant_type=refresh_token&.*refresh_token=(#[0-9a-f]{8}/\d+)", log)
    received = re.search(r'trace: answer .*refresh_token\W+(#[0-9a-f]{8}/\d+)', log)
    assert spent and received and spent[1] == received[1], "the same secret has the same name"
    assert re.search(r"trace: answer .*status=403 .*bytes that are not JSON", log)
    assert not list(stage.in_play.leaks())
