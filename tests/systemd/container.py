# SPDX-License-Identifier: Apache-2.0
"""A real systemd as PID 1: a tree that systemd-nspawn boots, with this build installed, and a separate network that
has only a loopback.

    with Container(bare_tree) as machine:
        machine.run("systemctl enable --now cliod.socket")
        token = machine.run("clioctl token", user="alice").stdout
"""

import json
import os
import shlex
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from cgroup import ControlGroup
from support.programs import BUILD, PATIENCE

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LONG = PATIENCE + 40  # for one command


class CannotBoot(Exception):
    pass


class Container:
    def __init__(self, tree):
        self.tree = tree
        self.group = ControlGroup()
        self.folder = tempfile.TemporaryDirectory()
        self.console = tempfile.TemporaryFile()
        self.process = None
        self.leader = None

    def __enter__(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(f"{self.folder.name}/notify")
            mounts = Path(self.folder.name, "tree")
            mounts.mkdir()
            # Ended by a signal when pytest is gone: otherwise it would run for ever.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig=TERM", Path(__file__).parent / "boot", self.tree, mounts, BUILD],
                env={"PATH": PATH, "NOTIFY_SOCKET": f"{self.folder.name}/notify"}, preexec_fn=self._enter_group,
                stdin=subprocess.DEVNULL, stdout=self.console, stderr=subprocess.STDOUT, start_new_session=True,
            )
            try:
                self._wait_until_ready(told)
            except BaseException:
                self.stop()
                raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _enter_group(self):
        self.group.enter()

    def _wait_until_ready(self, told):
        """The first message names the leader, the last, by the container's systemd, says that all has started."""
        told.settimeout(0.2)
        deadline = time.monotonic() + LONG
        ready = False
        while not (ready and self.leader):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise CannotBoot(self.console_text()[-2000:])
            try:
                message = told.recv(4096).decode().split("\n")
            except TimeoutError:
                continue
            fields = dict(line.split("=", 1) for line in message if "=" in line)
            self.leader = fields.get("X_NSPAWN_LEADER_PID", self.leader)
            ready = ready or fields.get("READY") == "1"

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(LONG)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.group.remove()
        self.folder.cleanup()

    def console_text(self):
        self.console.seek(0)
        return self.console.read().decode(errors="replace")

    @property
    def root(self):
        """Its root folder, as long as it runs."""
        return Path(f"/proc/{self.leader}/root")

    # Commands in it.

    def command(self, command, user="root", environment=None):
        """What runs a shell command in it, as `user`, with an environment like that of a login."""
        home = "/root" if user == "root" else f"/home/{user}"
        variables = {"PATH": PATH, "HOME": home, "USER": user, "LANG": "C.UTF-8"} | (environment or {})
        return ["nsenter", f"--target={self.leader}", "--all", "--",
                "setpriv", "--pdeathsig=TERM", f"--reuid={user}", f"--regid={user}", "--init-groups",
                "env", "-i", *(f"{name}={value}" for name, value in variables.items()), "sh", "-c", command]

    def run(self, command, user="root", exit=0, stdin="", **environment):
        """Runs a shell command to its end, and fails on another exit status than `exit` (None: any)."""
        done = subprocess.run(
            self.command(command, user, environment), input=stdin, capture_output=True, text=True, timeout=LONG,
            start_new_session=True,
        )
        shown = f"{user}: {command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert exit in (None, done.returncode), shown
        return done

    def begin(self, command, user="root", **environment):
        """Starts a shell command and leaves it running; `end()` ends it."""
        process = subprocess.Popen(
            self.command(f"echo $$; {command}", user, environment),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )
        process.pid_inside = process.stdout.readline().strip()
        return process

    def end(self, process):
        """Not by its nsenter: that must be there to the end, to collect what it started."""
        self.run(f"kill {process.pid_inside}")
        return process.communicate(timeout=LONG)

    def session(self, command, user):
        """Runs a shell command in a login session of the user, with all that PAM gives it."""
        return self.run(f"systemd-run --quiet --wait --pipe --uid={user} --property=PAMName=login -- "
                        f"sh -lc {shlex.quote(command)}")

    def write(self, path, text, mode=0o644, owner=None):
        """A file in it, with its folder."""
        self.run(f"mkdir -p {Path(path).parent}; umask 077; cat > {path}; chmod {mode:o} {path}"
                 + (f"; chown {owner} {path}" if owner else ""), stdin=text)

    def get(self, url, *options, user="root"):
        """What an HTTP server in it answers."""
        return self.run(shlex.join(["curl", "-sS", "--fail", *options, url]), user=user).stdout

    # Its service manager.

    def show(self, unit, name):
        """A property of a unit, as text."""
        return self.run(f"systemctl show --value --property={name} {unit}").stdout.strip()

    def journal_end(self):
        """For `journal(after=…)`: only what is logged from now on."""
        self.run("journalctl --sync")
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000

    def journal(self, *matches, after=0):
        """The entries, as dictionaries."""
        self.run("journalctl --sync")
        # Not by --after-cursor=, which skips the first match if the entry at the cursor does not match.
        lines = self.run(shlex.join(["journalctl", "--quiet", "--all", "--output=json", *matches])).stdout
        entries = map(json.loads, lines.splitlines())
        return [entry for entry in entries if int(entry["__MONOTONIC_TIMESTAMP"]) > after]
