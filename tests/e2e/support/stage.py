# SPDX-License-Identifier: Apache-2.0
"""One clio-sandbox, one cliod that has an app there, and the person who logs in."""

import contextlib
import socket

from .clioctl import Clioctl
from .daemon import Daemon
from .programs import PATIENCE
from .sandbox import Sandbox, http


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stage:
    """`options` are those of the sandbox, `app` overrides members of the app's description, `sections` are further ones
    of the configuration."""

    def __init__(self, home, contract, in_play, *options, app=None, auto_approve=True, **sections):
        self.in_play = in_play
        self.clio = Sandbox(*options, auto_approve=auto_approve)
        self.redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
        self.secret_file = home / "client-secret"
        self.secret_file.parent.mkdir(parents=True, exist_ok=True)
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(self.clio.client_secret)
        in_play.add(self.clio.client_secret)
        self.config = {"apps": {"firm": self.app(**(app or {}))}} | sections
        self.daemon = Daemon(home, self.config, contract, in_play)
        self.agent = self.daemon.agent
        self.clioctl = Clioctl(home, self.daemon.socket)

    def app(self, **overrides):
        """The description of the sandbox's client for a configuration file."""
        redirect_uri = overrides.pop("redirect_uri", self.redirect_uri)
        return self.clio.app_json(redirect_uri, **({"client_secret": {"file": str(self.secret_file)}} | overrides))

    def __enter__(self):
        try:
            self.daemon.start()
        except BaseException:
            self.daemon.kill()
            self.clio.stop()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.note_tokens()
            self.daemon.stop()
        finally:
            self.daemon.kill()
            self.clio.stop()

    def begin_login(self, account, **options):
        answer = self.agent.post("/v1/authorizations", {"account": account} | options)
        assert answer.status == 201, answer.body
        return answer.json

    def agree(self, authorization_url, **options):
        """What a person does in the browser; returns the page they end on."""
        return http("GET", self.consent(authorization_url, **options), timeout=PATIENCE)

    def consent(self, authorization_url, **options):
        """The person's part at Clio alone; returns the URL that Clio sends them to."""
        redirected_url = self.clio.authorize(authorization_url, **options)
        if "code=" in redirected_url:
            self.in_play.add(redirected_url.split("code=")[1].split("&")[0])
        return redirected_url

    def login_ended(self, login):
        """The login's state once it has ended."""
        ended = self.agent.get(f"/v1/authorizations/{login['id']}?wait=30").json
        assert ended["status"] != "pending", ended
        return ended

    def login(self, account="smith-law", **options):
        """Logs in from beginning to end; returns the login's last state, which must be success."""
        login = self.begin_login(account, **options)
        page = self.agree(login["authorization_url"])
        ended = self.login_ended(login)
        assert (ended["status"], page.status) == ("done", 200), (ended, page.text)
        self.note_tokens()
        return ended

    def note_tokens(self):
        """Has the living tokens of the sandbox looked for when all is over."""
        with contextlib.suppress(OSError):
            for grant in self.clio.grants():
                self.in_play.add(*strings_of(grant, "token"))


def strings_of(node, word):
    """Every string in `node` under a member whose name contains `word`."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str) and word in name:
                yield value
            elif isinstance(value, list) and word in name:
                yield from (item for item in value if isinstance(item, str))
            yield from strings_of(value, word)
    elif isinstance(node, list):
        for item in node:
            yield from strings_of(item, word)
