# SPDX-License-Identifier: Apache-2.0
"""Looks back at all the other tests, after them."""


def test_no_secret_was_left_in_any_log_or_state(whole_run, in_play):
    assert len(in_play) > 100
    leaks = [f"{secret} in {file}" for file, secret in in_play.leaks()]
    assert not leaks


def test_every_operation_of_openapi_yaml_was_answered(whole_run, contract):
    answered = {(method, path) for method, path, status in contract.exercised if status < 300}
    documented = {(method, path) for method, path, _ in contract.operations()}
    assert documented - answered == set()
