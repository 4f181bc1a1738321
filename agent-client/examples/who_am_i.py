#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Usage: who_am_i.py [ACCOUNT]

Asks Clio who the user is, with a token from the agent. Needs nothing but Python: the agent speaks HTTP over a Unix
socket. When Clio refuses the token, the agent is told, and one more try is made with what it then gives.
"""

import http.client
import json
import os
import socket
import sys
import urllib.error
import urllib.request


class Agent(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("agent", timeout=40)  # the agent itself waits up to 30 s for a refresh
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def call(self, method, target, body=None):
        self.request(method, target, body and json.dumps(body))
        response = self.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            sys.exit(f"{answer['code']}: {answer['detail']}")
        return answer


def who_am_i(token):
    request = urllib.request.Request(token["api_base"] + "/users/who_am_i.json?fields=id,name,email")
    request.add_header("Authorization", "Bearer " + token["access_token"])
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["data"]


def main():
    agent = Agent(os.environ["CLIO_AGENT_SOCK"])  # eval "$(clioctl env)"
    target = f"/v1/accounts/{sys.argv[1]}/token" if len(sys.argv) > 1 else "/v1/token"
    token = agent.call("GET", target)
    try:
        user = who_am_i(token)
    except urllib.error.HTTPError as error:
        if error.code != 401:
            raise
        refused = {"generation": token["generation"], "status": 401}
        agent.call("POST", f"/v1/accounts/{token['account']}/report", refused)
        user = who_am_i(agent.call("GET", target))
    print(f"{user['name']} <{user['email']}>")


if __name__ == "__main__":
    main()
