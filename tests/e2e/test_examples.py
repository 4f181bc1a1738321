# SPDX-License-Identifier: Apache-2.0
"""The examples that people start from do what they say."""

import subprocess

import pytest
from support.programs import BUILD, SOURCE

EXAMPLES = SOURCE / "agent-client/examples"
WHO_AM_I = {
    "python": ["/usr/bin/python3", EXAMPLES / "who_am_i.py"],
    "node": ["node", EXAMPLES / "who_am_i.mjs"],
}


def run(stage, *command):
    return subprocess.run(command, env=stage.clioctl.environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("language", WHO_AM_I)
@pytest.mark.parametrize("arguments", [[], ["smith-law"]], ids=["the only account", "an account"])
def test_who_am_i(stage, language, arguments):
    stage.login("smith-law")
    done = run(stage, *WHO_AM_I[language], *arguments)
    assert (done.returncode, done.stdout) == (0, "Jane Doe <jane@example.com>\n"), done.stderr


@pytest.mark.parametrize("language", WHO_AM_I)
def test_who_am_i_after_clio_refused_the_token(stage, language):
    stage.login("smith-law")
    stage.clio.expire()
    done = run(stage, *WHO_AM_I[language])
    assert (done.returncode, done.stdout) == (0, "Jane Doe <jane@example.com>\n"), done.stderr
    assert stage.agent.account("smith-law")["generation"] == 2


@pytest.mark.parametrize("language", WHO_AM_I)
def test_who_am_i_of_nobody(stage, language):
    done = run(stage, *WHO_AM_I[language], "nosuch")
    assert done.returncode != 0
    assert "not_found" in done.stderr
    assert "Traceback" not in done.stderr


def test_token_in_c(stage):
    stage.login("smith-law")
    done = run(stage, BUILD / "agent-client/tests/clio-agent-example")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("smith-law: generation 1, good for 3")
