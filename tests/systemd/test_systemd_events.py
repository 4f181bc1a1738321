# SPDX-License-Identifier: Apache-2.0
"""What an operator sees: the journal's fields, their explanations, and the configured hook."""

from support.programs import until

HOOK = "/usr/local/libexec/on-login-required"
TOLD = "/var/lib/cliod/told"


def test_the_journal_can_be_searched_and_explains_itself(system):
    machine = system.machine
    machine.run("journalctl --update-catalog")
    start = machine.journal_end()
    machine.run("clioctl refresh smith-law")
    wanted = "_SYSTEMD_UNIT=cliod.service", "CLIO_ACCOUNT=smith-law", "CLIO_EVENT=refreshed"
    found = until(lambda: machine.journal(*wanted, after=start), "an entry about the account")
    system.clio.note_tokens()
    explained = machine.run(f"journalctl --catalog --no-pager MESSAGE_ID={found[0]['MESSAGE_ID']}").stdout
    assert "Subject: The token of account smith-law" in explained


def test_a_program_is_run_when_a_person_must_log_in(system):
    machine, clio = system.machine, system.clio
    machine.write(HOOK, f"#!/bin/sh\nenv > {TOLD}\n", mode=0o755)
    system.configure(system.config | {"hooks": {"on_login_required": [HOOK]}})
    system.restart()
    clio.login("doomed")
    try:
        clio.control("revoke", {"grant": clio.control("grants")["grants"][-1]["id"]})
        machine.run("clioctl refresh doomed", exit=3)
        told = until(lambda: machine.run(f"cat {TOLD}", exit=None).stdout, "word from the program")
        assert "doomed" in told and "CREDENTIALS" not in told
        assert clio.accepts(system.token()), "the other account is as it was"
        until(lambda: "1 login required" in system.status(), "a status that says so")
    finally:
        machine.run("clioctl logout doomed --local")
