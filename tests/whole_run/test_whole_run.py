# SPDX-License-Identifier: Apache-2.0
"""Looks back at all the other tests, after them."""

import pytest
from support import run_record
from support.contract import Contract
from support.in_play import InPlay

pytestmark = pytest.mark.skipif(run_record.FOLDER is None, reason="only tests/run runs all the others before")


def test_no_secret_was_left_in_any_log_or_state():
    in_play = InPlay.of_run()
    assert len(in_play) > 100
    leaks = [f"{secret} in {file}" for file, secret in in_play.leaks()]
    assert not leaks


def test_every_operation_of_openapi_yaml_was_answered():
    answered = {(method, path) for method, path, status in Contract.exercised_in_run() if status < 300}
    documented = {(method, path) for method, path, _ in Contract().operations()}
    assert documented - answered == set()
