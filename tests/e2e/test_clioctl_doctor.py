# SPDX-License-Identifier: Apache-2.0
"""clioctl doctor: what is wrong, and what to do."""

import re


def findings(stage, exit):
    return {found["subject"]: found for found in stage.clioctl.json("doctor", exit=exit)["findings"]}


def test_all_is_well(stage):
    stage.login("smith-law")
    stage.clioctl("key", "add", "recovery")
    found = findings(stage, exit=0)
    assert {name for name, what in found.items() if what["verdict"] != "good"} <= {"unit"}
    assert {"socket", "agent", "store", "key slots", "app firm", "account smith-law"} <= set(found)
    shown = stage.clioctl("doctor").stdout
    assert re.search(r"^good +account smith-law +ready$", shown, re.M)


def test_what_is_wrong(stage):
    stage.login("smith-law")
    stage.clio.revoke_all()
    stage.clioctl("refresh", exit=3)
    found = findings(stage, exit=1)
    assert found["account smith-law"]["verdict"] == "bad"
    assert found["account smith-law"]["next"] == "clioctl login smith-law"
    assert found["key slots"]["next"] == "clioctl key add recovery"
    assert "do: clioctl login smith-law" in stage.clioctl("doctor", exit=1).stdout


def test_an_app_that_cannot_log_in(make_stage):
    with make_stage(app={"client_id": "unknown"}) as stage:
        found = findings(stage, exit=1)
        assert found["app firm"]["verdict"] == "bad" and "App Key unknown" in found["app firm"]["detail"]
        assert found["accounts"] == {"subject": "accounts", "verdict": "advice", "detail": "there are none",
                                     "next": "clioctl login ACCOUNT"}


def test_an_agent_that_is_locked(stage):
    stage.clioctl("key", "add", "passphrase", stdin="correct horse battery\n")
    stage.clioctl("key", "remove", "1")
    stage.clioctl("lock")
    found = findings(stage, exit=1)
    assert found["lock"]["next"] == "clioctl unlock" and "account smith-law" not in found


def test_no_agent(stage):
    stage.daemon.stop()
    found = findings(stage, exit=1)
    assert found["agent" if "agent" in found else "socket"]["detail"].startswith("no_agent: ")
    stage.daemon.start()
