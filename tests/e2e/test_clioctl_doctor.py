# SPDX-License-Identifier: Apache-2.0
"""clioctl doctor: what is wrong, and what to do."""

import re
import signal
import socket

from support.programs import until


def findings(stage, exit):
    return {found["subject"]: found for found in stage.clioctl.json("doctor", exit=exit)["findings"]}


def test_all_is_well(stage):
    stage.login("smith-law")
    stage.clioctl("key", "add", "recovery")
    found = findings(stage, exit=0)
    assert {name for name, what in found.items() if what["verdict"] != "good"} <= {"unit"}
    assert {"socket", "agent", "configuration", "proxy", "places", "store", "key slots", "app firm", "clock",
            "redirect port of firm", "account smith-law"} <= set(found)
    assert found["configuration"]["detail"] == str(stage.daemon.config_file)
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


def test_a_configuration_that_was_not_reloaded(stage):
    before = stage.daemon.config_file.read_text()
    stage.daemon.configure('{"key": 7}')
    stage.daemon.process.send_signal(signal.SIGHUP)
    until(lambda: "not reloaded" in stage.daemon.log(), "it was taken")
    found = findings(stage, exit=1)["configuration"]
    assert found["verdict"] == "bad" and "line 1" in found["detail"] and "--check-config" in found["next"]
    stage.daemon.configure(before)
    stage.daemon.reload()
    assert findings(stage, exit=0)["configuration"]["verdict"] == "good"


def test_a_state_directory_with_a_file_that_others_can_read(stage):
    stage.daemon.state_dir.joinpath("store.db").chmod(0o644)
    found = findings(stage, exit=1)["places"]
    assert found["verdict"] == "bad" and found["next"] == f"chmod go= '{stage.daemon.state_dir}/store.db'"
    stage.clioctl.run(["sh", "-c", found["next"]])
    assert findings(stage, exit=0)["places"]["verdict"] == "good"


def test_a_proxy_that_the_agent_does_not_use(make_stage):
    with make_stage() as stage:
        stage.daemon.stop()
        stage.daemon.environment["HTTPS_PROXY"] = "http://user:secret@proxy.example:3128"
        stage.daemon.start()
        found = findings(stage, exit=0)["proxy"]
        assert found["verdict"] == "advice" and found["detail"].startswith("HTTPS_PROXY is set")
        stage.daemon.configure(stage.config | {"proxy": "http://127.0.0.1:3128"})
        stage.daemon.reload()
        assert findings(stage, exit=0)["proxy"]["detail"] == "http://127.0.0.1:3128"


def test_a_port_that_another_program_has(stage):
    with socket.create_server(("127.0.0.1", int(stage.redirect_uri.split(":")[2].split("/")[0]))):
        found = findings(stage, exit=1)
        assert found["redirect port of firm"]["verdict"] == "bad" and found["app firm"]["verdict"] == "good"


def test_no_agent(stage):
    stage.daemon.stop()
    found = findings(stage, exit=1)
    assert found["agent" if "agent" in found else "socket"]["detail"].startswith("no_agent: ")
    stage.daemon.start()
