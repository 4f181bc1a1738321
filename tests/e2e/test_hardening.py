# SPDX-License-Identifier: Apache-2.0
"""What the compiler was asked to harden, found in what it made: meson leaves out a flag that a compiler does not know."""

import platform
import re
import subprocess

import pytest
from support.programs import BUILD, CLIOCTL, CLIOD, SANDBOX

FILES = [CLIOD, CLIOCTL, SANDBOX, BUILD / "agent-client/lib/libclio-agent.so.1"]
ENDBR64 = b"\xf3\x0f\x1e\xfa"


def told(file, what):
    return subprocess.run(["readelf", "-W", what, file], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_is_hardened(file):
    assert re.search(r"Type: +DYN", told(file, "--file-header")), "at a random address"
    assert re.search(r"\(FLAGS(_1)?\).*\bNOW\b|BIND_NOW", told(file, "--dynamic")), "no function table to overwrite"
    segments = told(file, "--segments")
    assert "GNU_RELRO" in segments
    assert re.search(r"GNU_STACK .* RW +0x", segments), "no code on the stack"
    content = file.read_bytes()
    assert b"__stack_chk_fail" in content
    assert b"__glibcxx_assert_fail" in content
    if platform.machine() == "x86_64":
        assert content.count(ENDBR64) > 100, "no jump into the middle"
