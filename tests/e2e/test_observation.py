# SPDX-License-Identifier: Apache-2.0
"""What the daemon reports about itself: status, metrics, events, log."""

import re
import socket
import time

from support.programs import until
from support.terminal import Terminal


def test_status(stage):
    before = stage.agent.get("/v1/status").json
    assert (before["accounts"], before["pid"], before["store_error"]) == (0, stage.daemon.process.pid, "")
    assert before["next_refresh"] is None
    stage.login("smith-law")
    after = stage.agent.get("/v1/status").json
    assert (after["accounts"], after["login_required"], after["stale"]) == (1, 0, 0)
    assert after["next_refresh"] == stage.agent.account("smith-law")["refresh_at"]
    stage.clio.revoke_all()
    stage.agent.post("/v1/accounts/smith-law/refresh")
    assert stage.agent.get("/v1/status").json["login_required"] == 1


def test_refresh_is_planned_with_time_to_spare(stage):
    now = time.time()
    stage.login("smith-law")
    facts = stage.agent.account("smith-law")
    assert 0.71 * 3600 < facts["refresh_at"] - now < 0.89 * 3600
    assert facts["refresh_at"] < facts["expires_at"]


def test_metrics_are_in_the_prometheus_text_format(stage):
    stage.login("smith-law")
    stage.agent.post("/v1/accounts/smith-law/refresh")
    samples = parsed(stage.agent.get("/v1/metrics").body.decode())
    assert len(samples) >= 5
    assert all(name.startswith("clio_agent_") for name in samples)


def parsed(text):
    """{name: number of samples}; fails on what Prometheus would refuse."""
    name = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
    label = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
    sample = re.compile(rf"({name})(?:\{{{label}(?:,{label})*\}})? ([-+]?[0-9.]+(?:e[-+]?[0-9]+)?|NaN|[+-]Inf)")
    types, samples, seen = {}, {}, set()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, metric, kind = line.split(" ")
            assert metric not in types and kind in ("counter", "gauge", "histogram", "summary")
            types[metric] = kind
        elif not line.startswith("# HELP "):
            match = sample.fullmatch(line)
            assert match, line
            assert match[1] in types or re.sub("_(bucket|sum|count)$", "", match[1]) in types, f"no TYPE before {line}"
            assert line.rpartition(" ")[0] not in seen, f"twice: {line}"
            seen.add(line.rpartition(" ")[0])
            samples[match[1]] = samples.get(match[1], 0) + 1
    return samples


def test_events(stage):
    with stage.agent.events() as events:
        stage.login("smith-law")
        stage.agent.post("/v1/accounts/smith-law/refresh")
        stage.agent.post("/v1/accounts/smith-law/report", {"generation": 2, "status": 401})
        until(lambda: stage.agent.account("smith-law")["generation"] == 3, "no refresh")
        stage.clio.revoke_all()
        stage.agent.post("/v1/accounts/smith-law/refresh")
        stage.agent.delete("/v1/accounts/smith-law?revoke=false")
        seen = []
        for event in events:
            assert event["account"] == "smith-law"
            seen.append((event["event"], event["generation"]))
            if event["event"] == "logged_out":
                break
    assert [event for event in seen if event[0] != "refresh_failed"] == [
        ("logged_in", 1), ("refreshed", 2), ("reported", 2), ("refreshed", 3), ("login_required", 3), ("logged_out", 3)]


def test_a_listener_that_reads_nothing_holds_nobody_up(stage):
    stage.login("smith-law")
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(stage.daemon.socket))
        deaf.sendall(b"GET /v1/events HTTP/1.1\r\nHost: agent\r\n\r\n")
        for _ in range(200):
            stage.agent.post("/v1/accounts/smith-law/report", {"generation": 1, "status": 403})
        assert stage.agent.token("smith-law")["generation"] == 1


def test_the_log_says_what_happened(stage):
    stage.login("smith-law")
    stage.clio.revoke_all()
    stage.agent.post("/v1/accounts/smith-law/refresh")
    log = stage.daemon.log()
    assert "smith-law" in log
    assert "invalid_grant" in log


def test_events_since_a_time(stage):
    begun = int(time.time())
    stage.login("smith-law")
    stage.login("jones")
    stage.clioctl("refresh", "smith-law")

    def shown(*options, until_line):
        terminal = Terminal(stage.clioctl, "events", *options)
        terminal.expect(until_line)
        terminal.type("\x03")
        terminal.end()
        return terminal.shown.splitlines()

    day = time.strftime("%Y-%m-%d", time.localtime(begun))
    for since in ("1h", day, "00:00"):
        lines = shown("--since", since, until_line="refreshed")
        kinds = [line.split()[2:4] for line in lines if line.startswith(day)]
        assert kinds == [["logged_in", "smith-law"], ["logged_in", "jones"], ["refreshed", "smith-law"]]
        assert len({line.index(line.split()[3]) for line in lines if line.startswith(day)}) == 1, "aligned"
    lines = shown("--since", "1h", "--account", "smith-law", until_line="refreshed")
    assert not any("jones" in line for line in lines)

    refused = stage.clioctl("events", "--since", "yesterday", exit=2).stderr
    assert '--since: "yesterday" is not like 2h, 30m, 7d, 10:00 or \'2026-11-27 10:00\'' in refused


def test_events_end_with_the_agent(stage):
    reader = stage.clioctl.begin("events", "--since", "1h")
    until(lambda: stage.agent.get("/v1/status").json["connections"] >= 2, "nobody reads events")
    stage.daemon.stop()
    _, said = reader.communicate(timeout=20)
    assert reader.returncode == 75 and "the agent has ended" in said
    stage.daemon.start()
