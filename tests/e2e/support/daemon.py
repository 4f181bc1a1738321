# SPDX-License-Identifier: Apache-2.0
"""The real cliod, with configuration, state and socket in a separate folder."""

import contextlib
import json
import signal
import socket
import subprocess

from .agent_socket import AgentSocket
from .programs import CLIOD, PATIENCE, clean_environment, until


class Daemon:
    def __init__(self, home, config, contract, in_play):
        """`config`: a dictionary, verbatim text, or None for no configuration."""
        self.home = home
        for name in ("config", "state", "run"):
            (home / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.config_file = home / "config/cliod.json"
        self.state_dir = home / "state/cliod"
        self.socket = home / "run/agent.sock"
        self.log_file = home / "cliod.log"
        self.environment = clean_environment(home)
        self.agent = AgentSocket(self.socket, contract, in_play)
        self.process = None
        self.passed = {}  # descriptors by name, as a service manager passes them
        self.configure(config)
        in_play.watch(self.log_file)
        in_play.watch(self.state_dir)

    def configure(self, config):
        if config is None:
            self.config_file.unlink(missing_ok=True)
        else:
            self.config_file.write_text(config if isinstance(config, str) else json.dumps(config, indent=2))

    def command(self, *options):
        config = ["--config", self.config_file] if self.config_file.exists() else []
        return [CLIOD, *config, "--socket", self.socket, "--state-dir", self.state_dir, *options]

    def start(self, *options, wait=True):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [*self._passing(), *self.command(*options)], env=self.environment, cwd=self.home,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=tuple(self.passed.values()),
            )
        if wait:
            until(self._answers, "cliod did not start")
        return self

    def _passing(self):
        """What puts the passed descriptors where sd_listen_fds(3) expects them, and then becomes the command."""
        if not self.passed:
            return []
        moves = "; ".join(f"exec {3 + i}<&{fd} {fd}<&-" for i, fd in enumerate(self.passed.values()))
        told = f"LISTEN_FDS={len(self.passed)} LISTEN_FDNAMES={':'.join(self.passed)} LISTEN_PID=$$"
        return ["bash", "-c", f'{moves}; {told} exec "$@"', "bash"]

    def refuses_to_start(self, *options):
        """Runs it to its end, which must be a failure, and returns what it said."""
        done = subprocess.run(
            self.command(*options), env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )
        with open(self.log_file, "a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        assert done.returncode > 0, f"exit {done.returncode}: {done.stderr}"
        assert done.stderr.strip(), "it did not say why"
        return done.stderr

    def stop(self):
        """Asks it to end, and fails unless it does so cleanly."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            status = self.process.wait(PATIENCE)
            self.process = None
            assert status == 0, f"exit {status}: {self.log()}"

    def kill(self):
        """As a crash or the loss of power would end it."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def reload(self):
        """Has it take its configuration again, which must be a good one."""
        before = self.log().count("configuration reloaded")
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self.log().count("configuration reloaded") > before, "the configuration is not reloaded")

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def memory(self, field="VmRSS"):
        """In KiB, as the kernel counts it."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(field))

    def _answers(self):
        assert self.process.poll() is None, f"cliod ended with {self.process.returncode}: {self.log()}"
        # A socket file may be there before somebody listens, or from before.
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError, ConnectionResetError):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket))
            return self.agent.get("/v1/status").status == 200
        return False
