# SPDX-License-Identifier: Apache-2.0
"""clio-sandbox inside the container, and what a person does to log in there."""

import json

from support.programs import PATIENCE
from support.stage import strings_of

REDIRECT_URI = "http://127.0.0.1:{}/callback"


class Clio:
    """Consents automatically; ends with a `with`."""

    def __init__(self, machine, in_play):
        self.machine = machine
        self.in_play = in_play
        self.process = machine.begin("exec clio-sandbox --auto-approve --any-loopback-redirect")
        line = self.process.stdout.readline()
        assert line, self.process.communicate()
        self.ready = json.loads(line)
        self.secret = self.ready["client_secret"]
        in_play.add(self.secret)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.note_tokens()
        self.machine.end(self.process)

    def app(self, client_secret, port=5678):
        """The description of its client for a configuration file."""
        return self.ready["app"] | {"redirect_uri": REDIRECT_URI.format(port), "client_secret": client_secret}

    def add_app(self, user, port, **environment):
        """Adds its client to the agent of a user, as `firm`."""
        app = self.app(None, port)
        endpoints = "".join(f" --endpoint {name}={url}" for name, url in app["endpoints"].items())
        self.machine.run(
            f"clioctl app add firm --product manage --region us --client-id {app['client_id']}"
            f" --redirect-uri {app['redirect_uri']} --secret-file -{endpoints}",
            user=user, stdin=self.secret, **environment,
        )

    def login(self, account, user="root", **environment):
        """The person's part: clioctl prints a URL, the browser goes there, consents and is sent back to the agent."""
        login = self.machine.begin(f"exec clioctl login {account} --no-browser --json", user=user, **environment)
        first = login.stdout.readline()
        assert first, login.communicate(timeout=PATIENCE)
        self.machine.get(json.loads(first)["authorization_url"], "--location", user=user)
        out, errors = login.communicate(timeout=PATIENCE)
        assert login.returncode == 0, (out, errors)
        self.note_tokens()

    def control(self, path, body=None):
        """Its control API: a GET, or a POST of `body`."""
        options = ["--json", json.dumps(body)] if body is not None else []
        return json.loads(self.machine.get(f"{self.ready['base_url']}/_sandbox/{path}", *options))

    def accepts(self, token):
        """Whether the API knows the token."""
        answer = self.machine.get(f"{self.ready['base_url']}/api/v4/users/who_am_i.json",
                                  "--header", f"Authorization: Bearer {token}")
        return "data" in json.loads(answer)

    def note_tokens(self):
        """Has its living tokens looked for when all is over."""
        for grant in self.control("grants")["grants"]:
            self.in_play.add(*strings_of(grant, "token"))
