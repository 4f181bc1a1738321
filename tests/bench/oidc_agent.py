# SPDX-License-Identifier: Apache-2.0
"""oidc-agent with one account loaded: the nearest thing to cliod that Debian has, to compare with."""

import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Issuer(BaseHTTPRequestHandler):
    """As little of an authorization server as oidc-gen is content with."""

    def do_GET(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.answer({"issuer": base, "authorization_endpoint": f"{base}/auth", "token_endpoint": f"{base}/token",
                     "scopes_supported": ["openid", "offline_access"], "response_types_supported": ["code"],
                     "grant_types_supported": ["authorization_code", "refresh_token"]})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"access_token": "a" * 43, "refresh_token": "r" * 43, "token_type": "Bearer", "expires_in": 3600})

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class OidcAgent:
    """Starts it with an account "bench"; `problem` says why there is none."""

    def __init__(self, home):
        self._pid = None
        self.problem = None
        self.environment = os.environ | {"HOME": str(home), "OIDC_SOCK": str(home / "oidc-agent.sock")}
        if not shutil.which("oidc-token"):
            self.problem = "not installed (Debian: oidc-agent-cli)"
            return
        (home / ".oidc-agent").mkdir(parents=True)
        started = self._run("oidc-agent", "--json", "-a", self.environment["OIDC_SOCK"])
        self._pid = int(json.loads(started.stdout)["dpid"])
        server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        generated = self._run(
            "oidc-gen", "bench", "--manual", "--flow=refresh", "--rt=" + "r" * 43, "--client-id=c", "--client-secret=s",
            f"--issuer=http://127.0.0.1:{server.server_port}", "--redirect-uri=http://localhost:5999",
            "--scope=openid offline_access", "--pw-cmd=echo password", "--prompt=none", "--confirm-default", "--no-url-call",
        )
        server.shutdown()
        server.server_close()
        if generated.returncode != 0:
            self.problem = f"oidc-gen failed: {generated.stderr.strip()}"

    def _run(self, *command):
        return subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def stop(self):
        if self._pid:
            os.kill(self._pid, 15)
