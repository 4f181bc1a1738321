# SPDX-License-Identifier: Apache-2.0
"""Programs that ask for tokens again and again while something happens to the daemon."""

from support.programs import PATIENCE, until
from system import MEMBER

FOLDER = "/run/callers"
# One caller: asks until told to stop, counts the tokens it got, and writes each failure to a separate file.
LOOP = f"""
call() {{
    n=0
    while [ ! -e {FOLDER}/stop ]; do
        if said=$($2 2>&1 >/dev/null); then n=$((n + 1)); echo $n > {FOLDER}/$1.count
        else echo "$2: exit $?: $said" >> {FOLDER}/$1.failed; fi
    done
}}
"""
CLIOCTL = "clioctl token smith-law"
CURL = "curl -sS --fail --unix-socket /run/cliod/agent.sock http://agent/v1/accounts/smith-law/token"


class Callers:
    def __init__(self, machine, clioctl=0, curl=0):
        commands = [CLIOCTL] * clioctl + [CURL] * curl
        self.machine = machine
        self.count = len(commands)
        machine.run(f"rm -rf {FOLDER} && install -d -o {MEMBER} {FOLDER}")
        script = LOOP + "".join(f'call {i} "{command}" &\n' for i, command in enumerate(commands)) + "wait\n"
        self.process = machine.begin(script, user=MEMBER)

    def __enter__(self):
        self.wait_until_all_are_served()
        return self

    def __exit__(self, *_):
        self.machine.run(f"touch {FOLDER}/stop")
        self.process.communicate(timeout=PATIENCE + 40)

    def tokens(self):
        """How many each has got so far. A file that is just being written counts as nothing."""
        counts = self.machine.run(f"cd {FOLDER} && cat *.count", exit=None).stdout.split()
        return [int(count) for count in counts]

    def failures(self):
        return self.machine.run(f"cat {FOLDER}/*.failed", exit=None).stdout

    def wait_until_all_are_served(self):
        """Each gets another token, and so has had an answer to what it asked before."""
        seen = f"find {FOLDER} -name '*.count' -newer {FOLDER}/mark | wc -l"
        self.machine.run(f"touch {FOLDER}/mark")
        until(lambda: int(self.machine.run(seen).stdout) == self.count or self.failures(), "tokens for all callers")
