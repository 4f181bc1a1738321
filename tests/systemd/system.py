# SPDX-License-Identifier: Apache-2.0
"""The system's agent in a container, by its units."""

import json

CONFIG = "/etc/cliod/cliod.json"
SECRET_FILE = "/etc/cliod/firm.secret"
MEMBER, STRANGER = "member", "stranger"  # users: of the group clio, and not


class System:
    def __init__(self, machine, clio):
        self.machine = machine
        self.clio = clio
        self.config = {"apps": {"firm": clio.app({"file": SECRET_FILE})}}
        machine.run("systemctl enable --now cliod.socket")
        machine.write(SECRET_FILE, clio.secret, mode=0o600, owner="cliod")
        self.configure(self.config)
        clio.login("smith-law")

    def configure(self, config):
        """Installs a configuration, text or a value to write as JSON; a restart or reload applies it."""
        text = config if isinstance(config, str) else json.dumps(config)
        self.machine.write(CONFIG, text)

    def begin_anew(self):
        """Resets everything that a test has changed, including systemd's limit on starts."""
        self.configure(self.config)
        self.machine.run("rm -rf /etc/systemd/system/cliod.service.d /etc/credstore.encrypted"
                         " && systemctl daemon-reload && systemctl reset-failed"
                         " && systemctl restart cliod.socket cliod.service")

    def drop_in(self, text):
        self.machine.write("/etc/systemd/system/cliod.service.d/test.conf", text)
        self.machine.run("systemctl daemon-reload")

    def restart(self):
        self.machine.run("systemctl restart cliod.service")

    def token(self, user=MEMBER):
        return self.machine.run("clioctl token smith-law", user=user).stdout.strip()

    def report_refused(self):
        """Tells the daemon, as a caller does, that Clio refused the token."""
        generation = json.loads(self.machine.run("clioctl token smith-law --json").stdout)["generation"]
        self.machine.run("curl -sS --fail --unix-socket /run/cliod/agent.sock --json @-"
                         " http://agent/v1/accounts/smith-law/report",
                         stdin=json.dumps({"generation": generation, "status": 401}))

    def main_pid(self):
        return self.machine.show("cliod.service", "MainPID")

    def status(self):
        return self.machine.show("cliod.service", "StatusText")
