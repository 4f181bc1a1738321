# SPDX-License-Identifier: Apache-2.0
"""Where the built programs are, and how long to be patient with them."""

import json
import os
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("CLIO_AGENT_BUILD", SOURCE / "build"))
CLIOD = BUILD / "daemon/app/cliod"
CLIOCTL = BUILD / "agent-client/clioctl"
SANDBOX = BUILD / "tests/sandbox/clio-sandbox"


def build_option(name):
    """Of meson's build folder; empty if there is none."""
    file = BUILD / "meson-info/intro-buildoptions.json"
    options = json.loads(file.read_text()) if file.exists() else []
    return next((option["value"] for option in options if option["name"] == name), None)


# Sanitized programs are several times slower.
SANITIZED = build_option("b_sanitize") not in (None, "none")
PATIENCE = 60 if SANITIZED else 20


def clean_environment(home):
    """For a program under test: only what sanitizers need of the caller's."""
    passed_on = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return passed_on | {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }


def runs(pid):
    """Whether there is such a process; a zombie does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition, what, within=PATIENCE):
    """What `condition` returns as soon as that is true; asks every 10 ms, and fails after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within} s in vain: {what}")
        time.sleep(0.01)
