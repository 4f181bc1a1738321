# SPDX-License-Identifier: Apache-2.0
"""A machine as a new user meets it: the programs installed, a user with a home and a session, and Clio's own host name,
behind TLS with a certificate that the machine trusts. Made of mounts and a network of its own; only root can make it."""

import json
import os
import shutil
import subprocess
import textwrap

import pytest

from .network import Authority
from .programs import CLIOCTL, CLIOD, PATIENCE, SANDBOX, SANITIZED, SOURCE

USER, UID = "alice", 64322
HOME = f"/run/home/{USER}"
CLIENT_ID, CLIENT_SECRET = "APP_KEY", "the-app-secret"  # the first as the README has it
REDIRECT_URI = "http://127.0.0.1:5678/callback"

MADE = f"""
set -eu
ip link set lo up
certificate=$(cat "$1")
mount -t tmpfs -o mode=755 tmpfs /run
install -d -m 755 /run/home /run/user /run/new
install -d -m 700 -o {UID} -g {UID} {HOME} /run/user/{UID}
replace() {{ cat >"/run/new/$1"; mount --bind "/run/new/$1" "$2"; }}
{{ echo "{USER}:x:{UID}:{UID}::{HOME}:/bin/bash"; cat /etc/passwd; }} | replace passwd /etc/passwd
echo 127.0.0.1 localhost app.clio.com | replace hosts /etc/hosts
echo "$certificate" | replace authorities /etc/ssl/certs/ca-certificates.crt
mount -t tmpfs -o mode=755 tmpfs /usr/local/bin
ln -s {CLIOD} {CLIOCTL} /usr/local/bin
echo made
exec sleep infinity
"""

# Clio's host: the sandbox does not speak TLS.
FRONT = """
import sys
from types import SimpleNamespace
from support.network import TlsFront
authority = SimpleNamespace(server_certificate=sys.argv[1], server_key=sys.argv[2])
with TlsFront(authority, 4280, at=443):
    print("ready", flush=True)
    sys.stdin.read()
"""


class NewMachine:
    def __init__(self, folder):
        authority = Authority(folder, "authority", "app.clio.com")
        clients = folder / "clients.json"
        clients.write_text(json.dumps({"clients": [
            {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": [REDIRECT_URI]}]}))
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--net", "bash", "-c", MADE, "bash", authority.certificate],
            stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "made\n"
        self.servers = [
            self._serve(SANDBOX, "--listen", "127.0.0.1:4280", "--auto-approve", "--client-file", clients),
            self._serve("/usr/bin/python3", "-c", FRONT, authority.server_certificate, authority.server_key,
                        env={"PYTHONPATH": str(SOURCE / "tests/e2e"), "PATH": "/usr/bin:/bin"}),
        ]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("cliod --kill", exit=None)
        for process in [*self.servers, self.holder]:
            process.kill()
            process.wait()

    def _serve(self, *command, env=None):
        """Starts a server in it, which says when it is ready."""
        server = subprocess.Popen(self.inside(*command), env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert server.stdout.readline(), command
        return server

    def inside(self, *command):
        return ["nsenter", f"--target={self.holder.pid}", "--mount", "--net", "setpriv", "--pdeathsig=KILL", *command]

    def as_user(self, *command, session=True, **variables):
        """What runs a command as the user: in a session, or as cron(8) and sshd(8) without PAM do."""
        environment = {"HOME": HOME, "USER": USER, "LOGNAME": USER, "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
        if session:
            environment |= {"PATH": "/usr/local/bin:/usr/bin:/bin", "XDG_RUNTIME_DIR": f"/run/user/{UID}", "LANG": "C.UTF-8"}
        given = [f"{name}={value}" for name, value in (environment | variables).items()]
        return self.inside(f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "env", "-i", f"--chdir={HOME}", *given, *command)

    def run(self, command, exit=0, shell="/bin/sh", **options):
        done = subprocess.run(self.as_user(shell, "-c", command, **options), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=PATIENCE + 40, check=False)
        assert exit in (None, done.returncode), f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def program(self, name, text):
        """Puts a program into the user's path."""
        subprocess.run(self.inside("sh", "-c", f"cat >/usr/local/bin/{name} && chmod 755 /usr/local/bin/{name}"),
                       input=textwrap.dedent(text).lstrip(), text=True, check=True)


def skip_unless_possible():
    if os.geteuid() != 0:
        pytest.skip("only root can make a machine of its own")
    if SANITIZED:
        pytest.skip("the reports of sanitizers are root's")
    for program in ("unshare", "nsenter", "setpriv", "ip", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if subprocess.run(["unshare", "--mount", "--net", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("mounts and a network of its own are not allowed here")
