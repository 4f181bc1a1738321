# SPDX-License-Identifier: Apache-2.0
"""Secrets in the memory of another process: an image of all its private mappings, and how often each occurs there."""

import os
import re
from pathlib import Path

from .programs import until

_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) ")


class Masked:
    """A secret that is plain in this process only while it is counted."""

    def __init__(self, plain):
        self._pad = os.urandom(len(plain))
        self._masked = self._with_pad(plain)

    def count_in(self, image):
        return image.count(self._with_pad(self._masked))

    def is_of(self, plain):
        return self._with_pad(plain) == self._masked

    def _with_pad(self, text):
        return bytes(a ^ b for a, b in zip(text, self._pad))


class MemoryImage:
    """`writable`: all that can be written to; `arena`, the part of it that no swap and no core file gets; `kept`: what of
    such memory can only be read."""

    def __init__(self, pid):
        self.writable, self.arena, self.kept = bytearray(), bytearray(), bytearray()
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for begin, end, flags in _mappings(pid):
                is_locked = {"lo", "dd"} <= flags
                if "wr" not in flags and not is_locked:
                    continue
                content = _read(memory, begin, end) + b"\0"
                if "wr" not in flags:
                    self.kept += content
                    continue
                self.writable += content
                if is_locked:
                    self.arena += content


def wait_until_idle(pid):
    """Returns when every thread of the process sleeps and none has run since it was looked at last."""
    seen = None

    def idle():
        nonlocal seen
        before, seen = seen, _switches(pid)
        return seen is not None and seen == before

    until(idle, "the process is never idle")


def _switches(pid):
    """How often each thread was run, if they all sleep now."""
    counts = []
    for thread in sorted(Path(f"/proc/{pid}/task").iterdir()):
        status = dict(line.split(":\t", 1) for line in (thread / "status").read_text().splitlines() if ":\t" in line)
        if not status["State"].startswith("S"):
            return None
        counts.append((thread.name, status["voluntary_ctxt_switches"], status["nonvoluntary_ctxt_switches"]))
    return counts


def _mappings(pid):
    """(first address, end, flags as in proc(5)) of each that can be read."""
    mapping = None
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if match := _MAPPING.match(line):
            mapping = match if match[3].startswith("r") else None
        elif mapping and line.startswith("VmFlags:"):
            yield int(mapping[1], 16), int(mapping[2], 16), set(line.split()[1:])


def _read(memory, begin, end):
    """What is there; pages that were never touched do not come into being by it."""
    content = bytearray()
    memory.seek(begin)
    while len(content) < end - begin:
        content += memory.read(min(1 << 24, end - begin - len(content)))
    return content
