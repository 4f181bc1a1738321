# SPDX-License-Identifier: Apache-2.0
"""A separate control group for a container, so that two of them never mistake each other's processes for their own."""

import contextlib
import os
from pathlib import Path


def _mounts():
    """The hierarchies that systemd uses: {name in /proc/self/cgroup: mount point}."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            _, point, kind, options, *_ = line.split()
            if kind == "cgroup2":
                yield "", Path(point)
            elif kind == "cgroup" and "name=systemd" in options.split(","):
                yield "name=systemd", Path(point)


def _own():
    with open("/proc/self/cgroup", encoding="utf-8") as lines:
        return {name: path.lstrip("/") for _, name, path in (line.rstrip("\n").split(":", 2) for line in lines)}


class ControlGroup:
    def __init__(self):
        own = _own()
        self.folders = [point / own[name] / f"clio-agent-{os.getpid()}" for name, point in _mounts() if name in own]

    def enter(self):
        """Moves this process there. Where that is not allowed it stays: alone on the machine it is in nobody's way."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.mkdir(exist_ok=True)
                (folder / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        for folder in self.folders:
            for below, _, _ in os.walk(folder, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(below)
