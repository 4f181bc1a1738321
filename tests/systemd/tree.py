# SPDX-License-Identifier: Apache-2.0
"""A Debian 12 tree to boot: bootstrapped once, and kept in the cache."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from support.programs import SANITIZED

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clio-agent"
MIRROR = os.environ.get("MIRROR", "http://deb.debian.org/debian")
# A system that people log in to, and what the programs are linked with.
PACKAGES = """
    systemd-sysv dbus dbus-user-session libpam-systemd curl
    libcurl4 libevent-2.1-7 libsodium23 libsqlite3-0 libssl3 libsystemd0
""".split()


def skip_unless_possible():
    if os.geteuid() != 0:
        pytest.skip("needs root, to boot a container")
    if SANITIZED:
        pytest.skip("sanitizers trace threads and write reports, which the units forbid")
    for program in ("debootstrap", "systemd-nspawn", "nsenter", "setpriv"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    with open("/etc/os-release", encoding="utf-8") as release:
        if "VERSION_CODENAME=bookworm\n" not in release:
            pytest.skip("a program built here may not run in Debian 12")


def bare_tree():
    """The folder of the tree without anything of ours."""
    name = "bookworm-systemd-" + hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:12]
    if not (CACHE / name).is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=CACHE))
        try:
            _bootstrap(unfinished)
            with contextlib.suppress(OSError):  # another run was faster
                unfinished.rename(CACHE / name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return CACHE / name


def _bootstrap(folder):
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", folder, MIRROR],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if made.returncode != 0:
        pytest.skip(f"debootstrap failed: {made.stdout[-2000:]}")
    folder.chmod(0o755)
    for downloaded in ("var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(folder / downloaded)
