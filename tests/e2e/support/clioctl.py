# SPDX-License-Identifier: Apache-2.0
"""Runs clioctl as a person or a script does, without a terminal."""

import json
import subprocess

from .programs import CLIOCTL, PATIENCE, clean_environment


class Clioctl:
    def __init__(self, home, socket):
        self.home = home
        self.environment = clean_environment(home) | {"CLIO_AGENT_SOCK": str(socket)}

    def __call__(self, *arguments, exit=0, stdin="", **environment):
        """Runs it to its end, fails on another exit status than `exit`, and returns what it did with stdout and stderr."""
        return self.run([CLIOCTL, *arguments], exit=exit, stdin=stdin, **environment)

    def run(self, command, exit=0, stdin="", **environment):
        """The same for a command that runs it."""
        done = subprocess.run(
            command, env=self.environment | environment, cwd=self.home, input=stdin,
            capture_output=True, text=True, timeout=PATIENCE + 40, check=False,
        )
        shown = f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == exit, shown
        return done

    def json(self, *arguments, **options):
        """What `clioctl … --json` printed."""
        return json.loads(self(*arguments, "--json", **options).stdout)

    def begin(self, *arguments):
        """Starts it and leaves it running, for a command that waits for a person."""
        return subprocess.Popen(
            [CLIOCTL, *arguments], env=self.environment, cwd=self.home,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
