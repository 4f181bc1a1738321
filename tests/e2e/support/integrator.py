# SPDX-License-Identifier: Apache-2.0
"""What a program does that is written against Clio by hand: the requests, without an agent."""

import base64
import hashlib
import urllib.parse

from .sandbox import http

REDIRECT_URI = "http://127.0.0.1:5678/callback"
VERIFIER = "the-verifier-of-the-tests-of-the-sandbox-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True))


def basic(client_id, client_secret):
    pair = ":".join(urllib.parse.quote(part, safe="") for part in (client_id, client_secret))
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class Integrator:
    def __init__(self, clio):
        self.clio = clio
        self.app = clio.ready["app"]
        self.credentials = {"client_id": clio.client_id, "client_secret": clio.client_secret}

    def authorization_url(self, **parameters):
        query = {"response_type": "code", "client_id": self.clio.client_id, "redirect_uri": REDIRECT_URI, "state": "s1"}
        if "scope" in self.app:
            query["scope"] = self.app["scope"]
        query = {name: value for name, value in (query | parameters).items() if value is not None}
        return f"{self.clio.base_url}/oauth/authorize?{urllib.parse.urlencode(query)}"

    def code(self, *, allow=True, user_id=None, **parameters):
        redirected = self.clio.authorize(self.authorization_url(**parameters), allow=allow, user_id=user_id)
        return query_of(redirected)["code"]

    def token_request(self, headers=None, timeout=10, **form):
        form = {name: value for name, value in (self.credentials | form).items() if value is not None}
        return http("POST", f"{self.clio.base_url}/oauth/token", form=form, headers=headers, timeout=timeout)

    def exchange(self, code, redirect_uri=REDIRECT_URI, **form):
        return self.token_request(grant_type="authorization_code", code=code, redirect_uri=redirect_uri, **form)

    def refresh(self, refresh_token, **form):
        return self.token_request(grant_type="refresh_token", refresh_token=refresh_token, **form)

    def log_in(self, **options):
        """Consents and exchanges; returns the members of the token answer."""
        answer = self.exchange(self.code(**options))
        assert answer.status == 200, answer.text
        return answer.json()

    def get(self, path, token=None, headers=None):
        headers = (bearer(token) if token else {}) | (headers or {})
        return http("GET", f"{self.clio.base_url}{path}", headers=headers)
